"""Sealed records open where they belong and nowhere else; tokens carry their workspace."""

import base64
import pickle
import stat
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core import crypto
from studio.core.crypto import CryptoError, Keyring, Secret
from studio.core.key_file import KeyFile
from studio.core.settings import SettingsError

RING = Keyring({1: b"a" * 32, 2: b"b" * 32})


@given(plaintext=st.binary(max_size=200), context=st.text())
def test_what_was_sealed_opens_in_its_context(plaintext, context):
    assert RING.unseal(RING.seal(plaintext, context=context), context=context) == plaintext


@given(plaintext=st.binary(max_size=50), context=st.text(), other=st.text())
def test_a_ciphertext_moved_to_another_record_does_not_open(plaintext, context, other):
    if context == other:
        return
    with pytest.raises(CryptoError):
        RING.unseal(RING.seal(plaintext, context=context), context=other)


@given(data=st.data())
def test_every_flipped_bit_is_noticed(data):
    blob = bytearray(RING.seal(b"secret", context="w|secret|1"))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CryptoError):
        RING.unseal(bytes(blob), context="w|secret|1")


@given(blob=st.binary(max_size=120))
def test_rubbish_is_refused_not_crashed_on(blob):
    with pytest.raises(CryptoError):
        RING.unseal(blob, context="w")


def test_each_record_has_its_own_key():
    one, two = (RING.seal(b"same", context="c") for _ in range(2))
    assert one != two


def test_rotation_rewraps_without_changing_the_record():
    old = Keyring({1: b"a" * 32}).seal(b"value", context="c")
    new = RING.rewrap(old, context="c")
    assert (crypto.version_of(old), crypto.version_of(new)) == (1, 2)
    assert Keyring({2: b"b" * 32}).unseal(new, context="c") == b"value"
    assert RING.rewrap(new, context="c") == new
    with pytest.raises(CryptoError, match="Master key 1 is missing"):
        Keyring({2: b"b" * 32}).unseal(old, context="c")


def test_the_key_file_is_made_once_and_is_private(tmp_path):
    folder = tmp_path / "data"
    blob = Keyring.open(folder, {}).seal(b"x", context="c")
    path = folder / "master.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.open(folder, {}).unseal(blob, context="c") == b"x"
    assert [entry.name for entry in folder.iterdir()] == ["master.key"]


def test_rotate_adds_a_key_and_keeps_the_old(tmp_path):
    blob = Keyring.open(tmp_path, {}).seal(b"x", context="c")
    assert KeyFile.of(tmp_path).add() == 2
    ring = Keyring.open(tmp_path, {})
    assert (ring.current, ring.versions) == (2, [1, 2])
    assert ring.unseal(blob, context="c") == b"x"
    assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600


def test_the_environment_wins_over_the_file(tmp_path):
    key = base64.b64encode(b"k" * 32).decode()
    ring = Keyring.open(tmp_path, {"STUDIO_MASTER_KEY": f"{key},7:{key}"})
    assert ring.current == 7
    assert not (tmp_path / "master.key").exists()


@pytest.mark.parametrize("text", ["short", "1:AAAA", "x:" + "A" * 44, "0:" + "A" * 43 + "="])
def test_a_broken_key_says_what_is_wrong(tmp_path, text):
    with pytest.raises(SettingsError):
        Keyring.open(tmp_path, {"STUDIO_MASTER_KEY": text})


@given(workspace=st.uuids())
def test_a_token_names_its_workspace(workspace):
    token, digest = crypto.mint(workspace, "st_")
    assert crypto.workspace_of(token, "st_") == workspace
    assert crypto.hash_token(token) == digest
    assert crypto.workspace_of(token) is None


@given(text=st.text())
def test_no_text_breaks_the_reader_of_tokens(text):
    assert crypto.workspace_of(text) is None or len(text) == 64
    assert len(crypto.hash_token(text)) == 64


def test_a_token_with_a_line_end_is_none_of_ours():
    token, _ = crypto.mint(UUID(int=1))
    assert crypto.workspace_of(token + "\n") is None


def test_a_secret_never_prints_itself():
    secret = Secret("canary")
    assert "canary" not in f"{secret} {secret!r} {[secret]} {secret:>20}"
    assert secret.reveal() == "canary"
    assert secret == Secret("canary") != Secret("other")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        orjson.dumps(secret)
