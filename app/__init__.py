"""Creatorgraph: tracks creators, accounts and videos on social platforms and serves their windowed analytics."""
