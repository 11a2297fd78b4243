"""What is said to somebody in a chat: who knows, a question to confirm, how accounts are linked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus

from weetwie.access.enums import Ring
from weetwie.access.plain_words import RINGS
from weetwie.access.viewer import Viewer
from weetwie.chat import confirming
from weetwie.chat.asked import AskedInChat, Said, Writer
from weetwie.chat.slack import LONGEST_VALUE
from weetwie.context import Context
from weetwie.domain.chat import accounts, rules
from weetwie.domain.chat.accounts import LinkedAccount
from weetwie.domain.knowledge.answer import ExpertAnswer
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.questions import NamedExpert, read as read_question
from weetwie.errors import Filling, Refusal, _
from weetwie.events import audit
from weetwie.flows import chat as flow, confirming as questions
from weetwie.flows.named import named
from weetwie.runtime import clock
from weetwie.text import language

MOST_PEOPLE: Final = 5
MOST_PROOFS: Final = 2
_LONGEST_ASKED: Final = 10_000
_KNOW: Final = _("Ask them about “{about}”:")
_MENTIONED: Final = _("Nobody is known to know “{about}”, but these people mentioned it:")
_NOBODY: Final = _("Nobody you can see has written about “{about}”.")
_NOBODY_OPEN: Final = _("Nobody has written about “{about}” for everyone to see.")
_FULL: Final = _("Full answer")
_ONLY_OPEN: Final = _("This is what everyone can see. Log in to Weetwie for everything you can see.")
_LINK: Final = _("Link your account")
_LINK_TO_SEE: Final = _("This is what everyone can see. Link your account to get everything you can see.")
_LINK_TO_ASK: Final = _("Link your account to post questions from here.")
_GOOD_ONCE: Final = _("The link works once, for 10 minutes.")
_LINKED: Final = _("This account is linked to {handle} in Weetwie.")
_UNLINKED: Final = _("Your account is no longer linked.")
_NOT_LINKED: Final = _("Your account isn't linked.")
_NOT_HERE: Final = _("Everyone in the channel would read this. Do it on this page:")
_SURE: Final = _("Post this question in your name? It is for {ring}.")
_POST: Final = _("Post question")
_EDIT: Final = _("Edit it first")
_TOO_LONG_TO_CONFIRM: Final = _("This question is too long for a button here. Post it on this page:")
_POSTED: Final = _("Your question is posted:")
_SETTINGS: Final = _("Settings, Chat")
_HELP: Final = (
    _("Type what you want to know about, in a few words, and get people who know it."),
    _("“ask” and a question posts that question once you have confirmed it."),
    _("“link” links your account with Weetwie, and “unlink” ends that."),
)


@dataclass(frozen=True)
class Answering:
    """For one thing that was asked, and whoever it counts as: the person whose account it is, or nobody."""

    context: Context
    asked: AskedInChat
    linked: LinkedAccount | None
    write: Writer

    async def answer(self) -> Said:
        """Refusals are answers too."""
        try:
            async with self.context.db.savepoint():
                return await self._answer()
        except Refusal as refusal:
            return self._plain(refusal.sentence, **refusal.values)

    async def _answer(self) -> Said:
        if self.asked.confirmed:
            return await self._confirmed()
        command = rules.read(self.asked.text)
        match command.verb:
            case "who":
                return await self._who(command.about[: rules.LONGEST])
            case "ask":
                return await self._ask(command.about[:_LONGEST_ASKED])
            case "link":
                return await self._link()
            case "unlink":
                return await self._unlink()
            case "help":
                return Said("\n".join(self.write.plain(self._say(line)) for line in _HELP))

    async def _who(self, question: str) -> Said:
        context = self.context
        await self._note("chat.who_knows")
        found = await who_knows(context.db, context.viewer, question, limit=MOST_PEOPLE)
        people = await named(context, found, MOST_PROOFS)
        page = context.address(f"who-knows?q={quote_plus(question)}")
        lines = [
            self._heading(question, found, people),
            *(line for one in people for line in self._expert(one)),
            "",
            self.write.link(page, self._say(_FULL)),
            *await self._what_more(),
        ]
        return Said("\n".join(lines))

    def _heading(self, question: str, found: ExpertAnswer, people: Sequence[NamedExpert]) -> str:
        sentence = _NOBODY if self.linked else _NOBODY_OPEN
        if people:
            sentence = _KNOW if found.is_named else _MENTIONED
        return self.write.plain(
            self._say(sentence, about=read_question(question).about[:60] or question[:60])
        )

    def _expert(self, one: NamedExpert) -> list[str]:
        name = f"{self.write.link(one.address, one.name)}: {self.write.plain(self._say(one.level.sentence))}"
        proofs = [f"{self.write.quote(passage)} {self.write.link(at, '↗')}" for passage, at in one.proofs]
        return ["", name, *proofs]

    async def _what_more(self) -> list[str]:
        """For whom the answer is no more than what everyone may see."""
        if self.linked is not None:
            return []
        if not self.asked.is_private:
            return [self.write.plain(self._say(_ONLY_OPEN))]
        return [self.write.plain(self._say(_LINK_TO_SEE)), await self._offered()]

    async def _offered(self) -> str:
        asked = self.asked
        token = await accounts.offer(self.context.db, asked.chat.id, asked.account, asked.name[:200])
        at = self.context.address(f"settings/chat/{token}")
        return f"{self.write.link(at, self._say(_LINK))}. {self.write.plain(self._say(_GOOD_ONCE))}"

    async def _link(self) -> Said:
        if not self.asked.is_private:
            return self._on_page(_NOT_HERE, self.context.address("settings/chat"), _SETTINGS)
        if self.linked is not None:
            return self._plain(_LINKED, handle=f"@{self.context.viewer.handle}")
        return Said(await self._offered())

    async def _unlink(self) -> Said:
        if not self.asked.is_private:
            return self._on_page(_NOT_HERE, self.context.address("settings/chat"), _SETTINGS)
        if self.linked is None:
            return self._plain(_NOT_LINKED)
        await flow.unlink(self.context, self.linked.id)
        return self._plain(_UNLINKED)

    async def _ask(self, question: str) -> Said:
        page = questions.composer(self.context, question)
        if not self.asked.is_private:
            return self._on_page(_NOT_HERE, page, _POST)
        if self.linked is None:
            return Said("\n".join((self.write.plain(self._say(_LINK_TO_ASK)), await self._offered())))
        await self._note("chat.ask")
        ring = await questions.for_whom(self.context, question)
        value = confirming.sealed(self.linked.id, question, ring, clock.now())
        if len(value) > LONGEST_VALUE:
            return self._on_page(_TOO_LONG_TO_CONFIRM, page, _POST)
        lines = (
            self.write.plain(self._say(_SURE, ring=self._say(RINGS[ring]))),
            *(self.write.quote(line) for line in question.splitlines()),
            self.write.link(page, self._say(_EDIT)),
        )
        return Said("\n".join(lines), value, self._say(_POST))

    async def _confirmed(self) -> Said:
        """Who it belongs to is the account whose button it is: it opens for no other."""
        waiting = confirming.opened(self.linked.id if self.linked else 0, self.asked.confirmed, clock.now())
        at = await questions.ask(self.context, waiting.text, Ring(waiting.ring), waiting.key)
        return self._on_page(_POSTED, at, at)

    async def _note(self, act: str) -> None:
        """For those who may have to answer for it: that something was asked, never what."""
        viewer = self.context.viewer
        if viewer.is_person:
            await audit(
                self.context.db, viewer, act, viewer.person_id, door="chat", chat_id=self.asked.chat.id
            )

    def _plain(self, sentence: str, **values: Filling) -> Said:
        return Said(self.write.plain(self._say(sentence, **values)))

    def _on_page(self, sentence: str, at: str, label: str) -> Said:
        return Said(f"{self.write.plain(self._say(sentence))}\n{self.write.link(at, self._say(label))}")

    def _say(self, sentence: str, **values: Filling) -> str:
        return language.translate(sentence, self.language, **values)

    @property
    def language(self) -> str:
        return spoken(self.context.viewer if self.linked else None, self.asked)


def spoken(person: Viewer | None, asked: AskedInChat) -> str:
    """As the person has chosen; for nobody as they asked, or as the chat says."""
    own = (person.pages_language, person.language) if person is not None else ()
    return language.first_of((*own, read_question(asked.text).language, asked.language))
