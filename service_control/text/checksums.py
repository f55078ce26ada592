"""Check digits that tell an account or citizen number from any other number."""

from __future__ import annotations

_BSN_FACTORS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def is_iban(text: str) -> bool:
    """Whether letters and digits without spaces end in remainder 1 of 97 (ISO 13616).

    >>> is_iban("NL86FAKE0447712782"), is_iban("NL87FAKE0447712782")
    (True, False)
    """
    moved = text[4:] + text[:4]
    return 15 <= len(text) <= 34 and int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def is_bsn(digits: str) -> bool:
    """Whether nine digits pass the eleven test of the Dutch citizen service number.

    >>> is_bsn("111222333"), is_bsn("111222334")
    (True, False)
    """
    total = sum(int(digit) * factor for digit, factor in zip(digits, _BSN_FACTORS, strict=True))
    return total % 11 == 0 and any(digit != "0" for digit in digits)
