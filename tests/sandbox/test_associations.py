"""An association's own thread leaves the answers to those who wait for them."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from pynetdicom import build_context
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]
from pynetdicom.transport import AssociationSocket

from lab.api import Lab
from lab.clients import dimse
from lab.clients.dimse import NoAssociation, associate
from lab.probing.dimse import introduction

pytestmark = pytest.mark.native
CONTEXTS = [build_context(Verification)]


def test_its_reactor_keeps_still_while_it_is_used_and_ends_with_it(lab: Lab) -> None:
    with associate(lab.live().equipment("ct"), CONTEXTS) as association:
        for _ in range(30):
            assert association._is_paused
            assert association.send_c_echo().Status == 0
            assert association._is_paused
    association.join(5)
    assert association.is_released
    assert not association.is_alive()


def test_an_abort_ends_its_reactor_too(lab: Lab) -> None:
    with associate(lab.live().equipment("ct"), CONTEXTS) as association:
        association.abort()
    association.join(5)
    assert association.is_aborted
    assert not association.is_alive()


def test_an_error_of_its_user_releases_it(lab: Lab) -> None:
    with (
        pytest.raises(NoAssociation, match="mine"),
        associate(lab.live().equipment("ct"), CONTEXTS) as association,
    ):
        raise NoAssociation("mine", "to be seen outside")
    association.join(5)
    assert association.is_released
    assert not association.is_alive()


def test_a_refusal_is_heard_by_who_is_woken_after_the_end(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            woken = super().wait(timeout)
            time.sleep(0.3)  # the archive has answered and closed by now, and the association's thread has read that
            return woken

    class Drowsy(AssociationSocket):
        @property
        def _ready(self) -> Late:
            return self._late

        @_ready.setter
        def _ready(self, value: threading.Event) -> None:
            self._late = Late()

    monkeypatch.setattr("pynetdicom.ae.AssociationSocket", Drowsy)
    monkeypatch.setattr(dimse, "ATTEMPTS", 1)
    site = lab.live()
    peer = replace(site.dicom(site.station("ct"), "INTRUDER"), called="NOSUCHARCHIVE")
    with pytest.raises(NoAssociation, match="rejected: Called AE title"), associate(peer, CONTEXTS):
        pass


def test_it_names_the_toolkit_of_the_archive(lab: Lab) -> None:
    name, uid = introduction(lab.live().equipment("ct"))
    assert name.startswith("OFFIS_DCMTK_")
    assert uid.startswith("1.2.276.0.7230010.3.0.3.")  # then the version: 3.6.x, 3.7.0
