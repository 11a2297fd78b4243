"""What emails about an account say: links to log in with, passwords, addresses, what changed. Pure."""

from weetwie.domain.mail.write import WrittenEmail, letter
from weetwie.errors import _
from weetwie.text.language import translate


def new_password(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    return letter(
        language,
        _("Choose a new password"),
        [_("Someone, probably you, asked for a new password for @{handle} at {place}.")],
        _("Choose a new password"),
        link,
        [
            _("The link works once, for one hour."),
            _("Wasn't you? Ignore this e-mail, and your password stays the same."),
        ],
        handle=handle,
        place=place,
    )


def link_by_others(language: str, place: str, handle: str, maker: str, link: str) -> WrittenEmail:
    """An administrator lets somebody choose a password; nobody but this somebody gets the link."""
    return letter(
        language,
        _("Choose your password"),
        [_("{maker} sent you a link to choose a password for @{handle} at {place}.")],
        _("Choose a password"),
        link,
        [
            _("The link works once, for three days. Nobody else has it."),
            _("Didn't ask for this? Don't use the link, and contact an administrator."),
        ],
        handle=handle,
        place=place,
        maker=maker,
    )


def account_changed(language: str, place: str, handle: str, what: str, by: str, link: str) -> WrittenEmail:
    """Something was done to how somebody signs in; `by` is empty where they did it themselves."""
    return letter(
        language,
        _("A change to how you log in"),
        ["{what}", _("This is about @{handle} at {place}.")] + ([_("Done by {by}.")] if by else []),
        _("See how you log in"),
        link,
        [
            _(
                "Was it you? Then there's nothing to do. If not, change your password and contact an administrator."
            )
        ],
        handle=handle,
        place=place,
        what=translate(what, language),
        by=by,
    )


def sign_in_link(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    return letter(
        language,
        _("Your login link"),
        [_("Someone, probably you, asked for a login link for @{handle} at {place}.")],
        _("Log in"),
        link,
        [
            _("The link works once, for 15 minutes."),
            _("Wasn't you? Ignore this e-mail. Without the link, nobody can log in."),
        ],
        handle=handle,
        place=place,
    )


def confirm_address(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    return letter(
        language,
        _("Is this address yours?"),
        [_("Someone, probably you, entered this address for @{handle} at {place}.")],
        _("Confirm address"),
        link,
        [_("Wasn't you? Ignore this e-mail, and the address won't be used.")],
        handle=handle,
        place=place,
    )


def address_changed(language: str, place: str, handle: str, address: str, link: str) -> WrittenEmail:
    """To the address before and to the one now; `address` is empty where there is none now."""
    return letter(
        language,
        _("Your work address has changed"),
        [_("Your organisation changed the address of @{handle} at {place} to {address}.")]
        if address
        else [_("Your organisation removed this address from @{handle} at {place}.")],
        _("See how you log in"),
        link,
        [_("Not right? Ask an administrator.")],
        handle=handle,
        place=place,
        address=address,
    )


def new_device(language: str, place: str, handle: str, agent: str, link: str) -> WrittenEmail:
    return letter(
        language,
        _("New login to your account"),
        [
            _("New login to @{handle} at {place} from a browser you haven't used before: {agent}"),
        ],
        _("See where you're logged in"),
        link,
        [_("Was it you? Then there's nothing to do. If not, log that browser out and change your password.")],
        handle=handle,
        place=place,
        agent=agent[:200],
    )
