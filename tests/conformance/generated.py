"""REST v2 by a client that others' generator makes of its document. A line of JSON for each check.

usage: generated.py BASE KEY FOLDER
"""

import importlib
import os
import pkgutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from checks import expect, report

BASE, KEY, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
PACKAGE = "generated_client"
NOBODY = UUID(int=0)


def generate() -> None:
    """Without a warning; the generator tidies its code with a formatter that is installed beside it."""
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--url", f"{BASE}/v2/openapi.json"),
        *("--meta", "none", "--output-path", PACKAGE, "--overwrite", "--fail-on-warning"),
    ]
    beside = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run(command, cwd=FOLDER, env=beside, capture_output=True, text=True, check=False)
    expect((ended.returncode, ended.stdout.split(), ended.stderr), (0, ["Generating", PACKAGE], ""))


def load() -> None:
    """Every module of it, one for each operation and model."""
    importlib.invalidate_caches()
    package = importlib.import_module(PACKAGE)
    names = [module.name for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}.")]
    for name in names:
        importlib.import_module(name)
    operations = [name for name in names if name.startswith(f"{PACKAGE}.api.") and name.count(".") == 3]
    expect(len(operations), 44)


def client() -> Any:
    made = importlib.import_module(PACKAGE)
    return made.AuthenticatedClient(base_url=f"{BASE}/v2", token=KEY, raise_on_unexpected_status=True)


def ask(operation: str, *ids: UUID, **parameters: object) -> Any:
    """What an operation answers, with its status, headers and the model of its body."""
    module = importlib.import_module(f"{PACKAGE}.api.{operation}")
    return module.sync_detailed(*ids, client=client(), **parameters)


def model(name: str) -> Any:
    return getattr(importlib.import_module(f"{PACKAGE}.models"), name)


def accounts() -> None:
    """A list, walked by its cursor, in models with dates and UUIDs."""
    order = {
        "platform": model("ListAccountsPlatform").TIKTOK,
        "order_by": model("ListAccountsOrderBy").USERNAME,
        "order_direction": model("ListAccountsOrderDirection").ASC,
    }
    seen, more = [], {}
    while True:
        page = ask("accounts.list_accounts", limit=4, include_total=True, **order, **more).parsed
        expect(type(page), model("AccountCollection"))
        seen += page.data
        expect((page.pagination.limit, page.pagination.total_count), (4, 6))
        expect(page.pagination.has_next, page.pagination.next_cursor is not None)
        if not page.pagination.has_next:
            break
        more = {"cursor": page.pagination.next_cursor}
    names = ["luna.cooks", "mira_moves", "oldtownbakes", "pixelforge", "the_tiny_lab", "trailwithtom"]
    expect([account.username for account in seen], names)
    expect({account.platform for account in seen}, {model("Platform").TIKTOK})
    expect({type(account.id) for account in seen}, {UUID})
    expect({type(account.last_scrape_time) for account in seen}, {datetime})
    one = ask("accounts.get_account", seen[0].id).parsed
    expect(one.data, seen[0])


def series() -> None:
    """A creator's days, which add up to the totals beside them."""
    creator = ask("creators.list_creators", limit=1).parsed.data[0]
    period = model("GetCreatorTimeseriesPeriod")("30d")
    answer = ask("analytics.get_creator_timeseries", creator.id, period=period).parsed
    first = answer.meta.start_date
    expect([point.date for point in answer.data], [first + timedelta(days=day) for day in range(30)])
    expect(answer.data[-1].date, answer.meta.end_date)
    expect(datetime.now(UTC).date() - answer.meta.end_date < timedelta(days=2), True)
    for name in ("views", "likes", "comments", "shares"):
        expect(sum(getattr(point, name) for point in answer.data), getattr(answer.meta.totals, name))
    expect(answer.data[-1].followers, creator.accounts_summary.total_followers)
    expect([point.is_partial for point in answer.data], [False] * 29 + [True])


def problems() -> None:
    """A refusal is a model too, with its code as an enum."""
    answer = ask("accounts.get_account", NOBODY)
    problem, code = answer.parsed, model("Code")
    expect((answer.status_code, type(problem), problem.status), (404, model("Problem"), 404))
    expect((problem.code, problem.type_), (code.NOT_FOUND, "urn:creatorgraph:error:not-found"))
    expect((problem.instance, problem.errors), (f"/v2/accounts/{NOBODY}", None))
    expect(problem.request_id, answer.headers["X-Request-ID"])
    account = ask("accounts.list_accounts", limit=1).parsed.data[0]
    body = model("NewAccount")(platform=account.platform, username=account.username)
    taken = ask("accounts.create_account", body=body).parsed
    expect((taken.code, taken.existing_id), (code.CONFLICT, str(account.id)))
    refused = ask("accounts.list_accounts", limit=201).parsed
    expect((refused.code, [error.field for error in refused.errors]), (code.VALIDATION_ERROR, ["limit"]))


sys.path.insert(0, str(FOLDER))
report("openapi-python-client generates a client", generate)
report("the generated client is imported", load)
report("the generated client lists accounts", accounts)
report("the generated client reads a series", series)
report("the generated client gets a typed problem", problems)
