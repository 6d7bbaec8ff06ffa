"""The way into the `creatorgraph` command: quiet about a Ctrl-C from the first moment on."""

import sys

try:
    from app.cli import main  # over a second of imports, in which nothing has been started yet
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    main()
