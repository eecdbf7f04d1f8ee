"""Stack Exchange: what people asked and answered on one site, who answered them, and their votes without voters.

A hundred ids are asked about at a time. A `backoff` in a good answer is obeyed; ids that are gone are left out of an
answer without a word.
"""

from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any, ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.endpoints import ACCOUNT, WINDOW, Endpoint, Subject, counts
from evenscore.connectors.instants import instant_of, iso
from evenscore.connectors.paging import by_number
from evenscore.connectors.prose import cooked_text
from evenscore.connectors.pulled import Network, Rows, activity, profile
from evenscore.connectors.records import Ignored, Row, need, need_id, seek

VOTES = {
    "post_upvoted": "like",
    "post_downvoted": "dislike",
    "asker_accepts_answer": "accept",
    "answer_accepted": "accept",
}
ASKERS_OWN = 2
"""Reputation for having accepted somebody's answer; whose answer it was gets more, under either of the two names."""
PAGED: dict[str, Any] = {"items": "items", "next": by_number("has_more"), "instant": instant_of("creation_date"),
                         "is_newest_first": True}  # fmt: skip
NEWEST = {"site": "{site}", "pagesize": "100", "order": "desc", "sort": "creation", "filter": "withbody"}


def _ids(key: str) -> Callable[[Row], Subject | None]:
    return lambda item: Subject({key: str(item[key])}) if item.get(key) else None


class StackExchange(Network):
    """One site, which `places` names."""

    kind: ClassVar[str] = "stackexchange"
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "questions",
        "reply": "answers and comments",
        "like": "upvotes of the reputation history: anonymous",
        "dislike": "downvotes: anonymous",
        "accept": "accepted answers",
        "mention": "the user whom a comment replies to",
    }
    unread: ClassVar[tuple[str, ...]] = ("who voted: nobody is told", "what they comment on others' posts")
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("users", "/2.3/users/{actor}", ACCOUNT, "whether the account is there", batch="actor", joint=";",
                 params={"site": "{site}", "pagesize": "100"}, shows_profile=True, items="items",
                 next=by_number("has_more"), answers="user_id"),
        Endpoint("questions", "/2.3/users/{actor}/questions", ACCOUNT, "their questions", batch="actor", joint=";",
                 params=NEWEST, recheck=WINDOW, within="owner.user_id", **PAGED),
        Endpoint("answers", "/2.3/users/{actor}/answers", ACCOUNT, "their answers", batch="actor", joint=";",
                 params=NEWEST, recheck=WINDOW, within="owner.user_id", **PAGED),
        Endpoint("question-answers", "/2.3/questions/{question_id}/answers", "questions", "who answered",
                 batch="question_id", joint=";", params=NEWEST, recheck=WINDOW, within="question_id",
                 about=_ids("question_id"), owner="owner.user_id", **PAGED),
        *(
            Endpoint(f"{parent}-comments", "/2.3/posts/{" + key + "}/comments", parent, "who commented", batch=key,
                     joint=";", params=NEWEST, recheck=WINDOW, within="post_id", about=_ids(key),
                     owner="owner.user_id", **PAGED)
            for parent, key in (("questions", "question_id"), ("answers", "answer_id"))
        ),
        Endpoint("reputation", "/2.3/users/{id}/reputation-history", ACCOUNT, "votes and accepts, dated",
                 params={"site": "{site}", "pagesize": "100"}, counted="reputation", **PAGED),
    )  # fmt: skip

    def authorise(self, secret: str) -> tuple[dict[str, str], dict[str, str]]:
        """A key goes into the address: no other module sees it."""
        return {}, {"key": secret}

    def given(self, source: Source) -> dict[str, str]:
        """The site."""
        return {"site": source.places[0] if source.places else "stackoverflow"}

    def account_of(self, item: Row) -> dict[str, str]:
        """A user's number on this site."""
        return {"id": str(need(item, "user_id")), **counts(item, "reputation")}

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        answers = dict.fromkeys(("answers", "question-answers"), self._answer)
        comments = dict.fromkeys(("questions-comments", "answers-comments"), self._comment)
        return {"users": _user, "questions": _question, "reputation": _vote, **answers, **comments}

    def recognised(self, record: Row) -> str | None:
        """An object by its own id."""
        kinds = {"comment_id": "questions-comments", "answer_id": "answers", "question_id": "questions",
                 "reputation_history_type": "reputation"}  # fmt: skip
        return next((kind for key, kind in kinds.items() if key in record), None)

    def authored(self, record: Row) -> Iterator[tuple[str, str | None]]:
        """Questions and answers."""
        for key in ("answer_id", "question_id"):
            if key in record and "comment_id" not in record and (key == "answer_id" or "answer_id" not in record):
                yield f"post-{record[key]}", _owner(record)

    def _answer(self, item: Row, _asked: Row, _source: Source) -> Rows:
        question, answer = f"post-{need_id(item, 'question_id')}", f"post-{need_id(item, 'answer_id')}"
        yield activity(answer, "reply", _owner(item), question, self.authors.get(question),
                       iso(need(item, "creation_date")), _text(item))  # fmt: skip

    def _comment(self, item: Row, _asked: Row, _source: Source) -> Rows:
        post, whom, at = (
            f"post-{need_id(item, 'post_id')}",
            seek(item, "reply_to_user", "user_id"),
            iso(item["creation_date"]),
        )
        event = f"comment-{need_id(item, 'comment_id')}"
        yield activity(event, "reply", _owner(item), post, whom or self.authors.get(post), at, _text(item))
        if whom:
            yield activity(f"{event}-m-{whom}", "mention", _owner(item), post, whom, at)


def _owner(item: Row) -> str | None:
    """Who wrote something; nobody, where the account does not exist any more, or the post is everybody's."""
    owner = item.get("owner")
    number = owner.get("user_id") if isinstance(owner, dict) and owner.get("user_type") != "does_not_exist" else None
    return None if number is None or item.get("community_owned_date") else str(number)


def _text(item: Row) -> str | None:
    title, body = unescape(str(item.get("title") or "")), cooked_text(str(item.get("body") or ""))
    return "\n\n".join(filter(None, (title, body))) or None


def _is_askers_own(item: Row) -> bool:
    """Whether an accept is told of who accepted; where no reputation is told, its name says so."""
    change = item.get("reputation_change")
    return change <= ASKERS_OWN if isinstance(change, int) else item["reputation_history_type"] != "answer_accepted"


def _user(item: Row, asked: Row, _source: Source) -> Rows:
    yield from profile(asked["at"], item.get("user_id"), [], created_at=iso(item.get("creation_date")))


def _question(item: Row, _asked: Row, _source: Source) -> Rows:
    post = f"post-{need_id(item, 'question_id')}"
    yield activity(post, "post", _owner(item), post, None, iso(need(item, "creation_date")), _text(item))


def _vote(item: Row, _asked: Row, _source: Source) -> Rows:
    """One anonymous vote: the history tells that it was, and on which post."""
    kind, at = need(item, "reputation_history_type"), iso(need(item, "creation_date"))
    if kind not in VOTES or item.get("post_id") is None:
        raise Ignored(str(kind))
    if VOTES[kind] == "accept" and _is_askers_own(item):
        raise Ignored("an answer that they accepted themselves")
    event = f"{kind}-{item['post_id']}-{at}-{need_id(item, 'user_id')}"
    yield activity(event, VOTES[kind], None, f"post-{item['post_id']}", item["user_id"], at)
