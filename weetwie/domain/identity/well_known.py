"""Passwords that everybody tries first: those at the head of every published list of stolen ones, of eight letters and more.

Kept here so that no password, and no part of its hash, ever leaves the machine to be looked up.
"""

import re
from typing import Final

_LIST: Final = frozenset(
    """
    12345678 123456789 1234567890 0123456789 987654321 0987654321 11111111 111111111 00000000 88888888 99999999 12341234
    12344321 123123123 121212121 123321123 147258369 789456123 741852963 159357456 11223344 112233445566 123654789
    password passw0rd p@ssw0rd p@ssword pa55word password1 passwort passwort1 wachtwoord wachtwoord1 motdepasse contraseña
    qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwertz123 qwertzuiop azertyuiop asdfghjk asdfghjkl
    asdfasdf asdf1234 zxcvbnm1 zxcvbnm123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 q1w2e3r4 q1w2e3r4t5 zaq12wsx qazwsxedc
    qazwsx123 abcd1234 abc12345 abc123456 abcdefgh abcdefg1 a1b2c3d4 aa123456 a1234567 a12345678 1234abcd 1234qwer qwer1234
    iloveyou iloveyou1 ilovegod lovelove sunshine sunshine1 princess princess1 football football1 baseball basketball
    superman superman1 spiderman starwars pokemon1 pokemon123 michael1 michelle jennifer jessica1 charlie1 jordan23 samantha
    victoria danielle liverpool chelsea1 arsenal1 manchester barcelona realmadrid feyenoord ajax1900 schalke04 bayern123
    computer internet internet1 whatever trustno1 welcome1 welcome123 welkom01 welkom123 willkommen letmein1 letmein123
    changeme changeme1 changeme123 default1 geheim123 geheim01 hallo123 hallowelt test1234 testtest testing1 testing123
    admin123 admin1234 administrator adminadmin rootroot root1234 master123 dragon123 monkey123 shadow123 killer123
    hello123 hello1234 helloworld secret123 secret1234 temp1234 temporary guest123 user1234 login123 access14 samsung1
    cheese123 chocolate butterfly november december september sommer123 winter123 summer123 spring123 frühling
    blink182 mustang1 corvette mercedes maverick midnight scorpion universe creative paradise elephant dolphins
    hahaha123 nothing1 freedom1 success1 thomas123 daniel123 andrew123 robert123 aaaaaaaa xxxxxxxx qqqqqqqq zzzzzzzz
    """.split()
)
_DECORATION = re.compile(r"[\d!?.@#$*_-]+$")


def is_known(password: str) -> bool:
    """Whether it is one of these, or one with figures and signs hung on: `Passwort2026!`."""
    plain = password.strip().lower()
    bare = _DECORATION.sub("", plain)
    return (
        plain in _LIST
        or bare in _LIST
        or len(set(plain)) < 3
        or bare in ("weetwie", "welcome", "welkom", "qwerty")
    )
