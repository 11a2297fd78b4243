"""Whether a name and an address are those of a program (a bot, a build server, a service account) and not of a person. Pure.

In doubt it is a person: there are people called Bot, Abbot, Robot, Jenkins and Travis.
"""

import re
from functools import lru_cache
from typing import Final

from weetwie.text.signs import bare_address, visible

_SURE: Final = frozenset(
    """
    actions allcontributors autobot autobuild autofix automation automaton backport bot bots botuser buildbot buildkite buildserver ci
    cicd circleci cirrusci codecov codecovio coderabbit coderabbitai codespace copilot crowdin daemon dependabot deploybot discobot
    gitbot github githubactions gitlab gitlabci googlebot greenkeeper hudsonci imgbot jenkins jenkinsci jira jirabot k8s
    mergebot mergify nobody noreply opencode pipeline pipelines postmaster precommit precommitci prerelease
    releasebot renovate renovatebot robot root semanticreleasebot slackbot snyk snykbot sonarqube stalebot svc syncbot sys syzbot
    teamcity tidelift transifex travisci traviscibot weblate whitesource whitesourcebolt zuul
    """.split()
)
"""Words that make a name one of a program, where each other word is among these or the next."""
_BESIDE: Final = frozenset(
    """
    a account action admin agent app apps application auto azure bamboo bitbucket bors build builder builds bump bumper cd changelog checker
    chore circle cirrus cla cloud code commit commits committer community continuous data delivery dependencies dependency deploy deployer
    deployment dev developers devops docs documentation drone experimental for format formatter gerrit git google group head hosted
    hudson i18n id image infra integration internal issue issues job jobs kernel l10n linear lint linter list local localization
    machine main maintenance management merge microsoft monitor my node nightly no notification notifications of on open ops org
    packages platform pr preview pre production project prow publish publisher pull pushed queue release releases releaser reply
    repo repository report request review reviewer runner sa script scripts security semantic server service services sonar source
    stale sync system systems task team template test tester testing tests the to token tool tools translation translations travis
    trigger update updater updates upgrade upload user version versions web webhook website worker workflow
    """.split()
)
_NAMES_OF_PEOPLE: Final = frozenset("bot bots jenkins robot root".split())
"""Alone they tell nothing where a name of somebody stands beside them."""
_SPELLED: Final = frozenset(
    """
    semantic-release hosted-weblate gerrit-code-review travis-ci circle-ci azure-pipelines azure-devops service-account
    web-flow system-account build-server build-agent system-administrator git-sync no-reply do-not-reply donotreply
    cursor-agent cursoragent devin-ai-integration google-labs-jules swe-agent openai-codex aider discourse lint-action
    microsoft-graph nightly-build
    """.split()
)
_BOT: Final = re.compile(r"\[bot\]", re.IGNORECASE)
_CALLED_BOT: Final = re.compile(r"\S*(?:[a-z0-9]Bot(?:App)?|[-_]bot|[-_]robot)(?:[-_]?\d+)?")
"""One word, such as SnykBot or acme-bot; Talbot is none."""
_OF_GITLAB: Final = re.compile(r"(?:(?:project|group)_?\d+_bot\w*|service_account\w*)", re.ASCII)
_OF_DIRECTORIES: Final = re.compile(
    r"(?:msol|aad|sync)_\w+|(?:health|discoverysearch|system|migration)mailbox\S*|federatedemail\S*|krbtgt\w*|.* service account"
)
"""What Active Directory, Exchange and Entra make for themselves."""
_SERVICE: Final = re.compile(
    r"(?:svc|srv|service|serviceaccount|system)[-_.]\S+|\S+[-_.](?:svc|serviceaccount)|\S+\$"
)
_NO_ANSWER: Final = re.compile(r"\S*?(?:no|not|never|donot|do[-_.]not)[-_.]?reply(?:[-_.+]\S*)?")
_MACHINES: Final = re.compile(
    r"(?:\S+\.)?(?:gserviceaccount\.com|internal\.cloudapp\.net|appspotmail\.com|dependabot\.com|renovateapp\.com)"
)
_HOSTS_OF_PEOPLE_AND_BOTS: Final = re.compile(r"users\.noreply\.\S+")
_WORDS: Final = re.compile(r"[^\W\d_]+", re.UNICODE)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(4096)
def is_program(name: str, address: str = "") -> bool:
    """By the name that is shown (or a handle), by the address, or by both."""
    name, address = visible(name), bare_address(address)
    if _BOT.search(name) or _BOT.search(address):
        return True
    local, _at, host = address.lower().rpartition("@")
    is_hidden = bool(_HOSTS_OF_PEOPLE_AND_BOTS.fullmatch(host))
    if is_hidden:
        local = local.partition("+")[2] or local  # the number of the account, and its name
    if local and not is_hidden and (_NO_ANSWER.fullmatch(local) or _MACHINES.fullmatch(host)):
        return True
    if local and (_OF_GITLAB.fullmatch(local) or _SERVICE.fullmatch(local)):
        return True
    return _is_called_so(name) or (bool(local) and _is_called_so(local) and not _is_of(name, local))


def _is_called_so(name: str) -> bool:
    plain = name.lower()
    if (
        _OF_GITLAB.fullmatch(plain)
        or _OF_DIRECTORIES.fullmatch(plain)
        or re.sub(r"[\W_]+", "-", plain).strip("-") in _SPELLED
    ):
        return True
    if " " not in name and (
        _CALLED_BOT.fullmatch(name) or _SERVICE.fullmatch(plain) or _NO_ANSWER.fullmatch(plain)
    ):
        return True
    return _holds_only(_WORDS.findall(plain)) or _holds_only(_WORDS.findall(_CAMEL.sub(" ", name).lower()))


def _holds_only(words: list[str]) -> bool:
    return not _SURE.isdisjoint(words) and all(word in _SURE or word in _BESIDE for word in words)


def _is_of(name: str, local: str) -> bool:
    """Whether an address that looks like a program's is that of somebody of this name: `bot@` of Ben Bot."""
    words = {word.lower() for word in _WORDS.findall(name)}
    shared = words & set(_WORDS.findall(local)) & _NAMES_OF_PEOPLE
    return bool(shared) and bool(words - _SURE - _BESIDE)
