"""The matrix of the chapter DICOM network: see matrix.py."""

from __future__ import annotations

import pytest

from lab.api import Lab
from lab.scenario import Group
from tests.scenarios.matrix import *  # noqa: F403
from tests.scenarios.matrix import assert_hardened, of_group

pytestmark = pytest.mark.slow
SCENARIOS = of_group(Group.DIMSE)


def test_the_hardened_site_is_safe(lab: Lab) -> None:
    assert_hardened(lab, Group.DIMSE)
