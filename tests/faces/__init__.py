"""Faces: every place where the same questions can be asked, each a row of one table."""

from tests.faces.exports import COMMAND, CSV, JSON_LINES
from tests.faces.graphql import GRAPHQL
from tests.faces.questions import Face
from tests.faces.rest_v2 import REST_V2
from tests.faces.use_cases import USE_CASES

FACES: tuple[Face, ...] = (USE_CASES, GRAPHQL, REST_V2, CSV, JSON_LINES, COMMAND)
