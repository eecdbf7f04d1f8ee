"""What a reviewer may type about held scores: each command is written here alone, and is safe to paste."""

from typing import Literal

from evenscore.base.terminal import YOUR_NAME, YOUR_REASON, command, shell_word

Sent = Literal["top_post", "newcomers", "top_engager"]
"""A part of the engagement behind a hold; each is told from the others by what it did, and nobody is named."""

PARTS: dict[Sent, str] = {
    "top_post": "The post that most of the engagement went to.",
    "newcomers": "Whoever was seen with nobody before.",
    "top_engager": "The one account that acted more than all others together.",
}

SIGNED = f'--by {YOUR_NAME} --why "{YOUR_REASON}"'
SENT = "to set aside what somebody else sent"
MOST = 0.5
"""An engager's share of the actions above which nobody else can be meant."""


def parts_of(
    move: float | None, top_post_share: float | None, new_engager_share: float | None, top_engager_share: float | None
) -> tuple[Sent, ...]:
    """What can be set aside of a held score that moved by so many points, None where it is the first, and by these
    shares of its engagement; nothing where it fell, because nobody sent that."""
    is_there = {
        "top_post": bool(top_post_share),
        "newcomers": bool(new_engager_share),
        "top_engager": (top_engager_share or 0) > MOST,
    }
    return tuple(part for part in PARTS if is_there[part] and (move is None or move > 0))


def about_one(verb: str, person_id: str, persona: str = "", part: Sent | None = None) -> str:
    """The command that decides on a held score, or sets a part aside; with the persona where it has to be named."""
    named = f"--persona {shell_word(persona)} " if persona else ""
    aside = f" {flag(part)}" if part else ""
    return command(f"review {verb}", person_id, options=f"{named}{SIGNED}{aside}")


def about_all(verb: str, called: list[str]) -> str:
    """The command that decides on several held scores at once, each as it is called."""
    return command(f"review {verb}", *called, options=SIGNED)


def call_real(incident_id: str) -> str:
    """The command by which a reviewer says that many did move as one."""
    return command("review incident", incident_id, options=SIGNED)


def restore(number: int) -> str:
    """The command that lets count again what was set aside."""
    return command("review restore", str(number), options=SIGNED)


def flag(part: Sent) -> str:
    """The option that names a part."""
    return f"--{part.replace('_', '-')}"
