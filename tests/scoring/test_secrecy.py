"""The key of a night: long, another one each time."""

from evenscore.scoring.secrecy import KEY_BYTES, draw_key


def test_a_key_has_256_bits_and_is_drawn_anew() -> None:
    keys = {draw_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(bytes.fromhex(key)) for key in keys} == {KEY_BYTES} == {32}
