"""Codes of the second factor: which are taken, how often, and what they open."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from service.db.models import AuditEntry, RecoveryCode, SecondFactor, SignInStep
from service.db.store import Store
from service.domain.errors import Conflict, Forbidden, TooManyRequests
from service.operations.access import disable_moderator, set_password
from service.operations.moderators import add_moderator
from service.operations.second_factor import (
    CODE_TRIES,
    RECOVERY_CODES,
    STEP_SECONDS,
    begin_factor,
    charge_code,
    confirm_factor,
    drop_factor,
    factor_of,
    new_secret,
    renew_codes,
    spend_code,
)
from service.operations.sign_in import STEP_KEPT, admit, signed_in
from service.operations.sign_in_links import make_link, spend_link
from service.operations.sign_in_steps import MAX_TRIES, pass_step, step_holder
from service.privacy.keyring import Keyring, generate
from tests.doubles import FrozenClock

STEP = timedelta(seconds=STEP_SECONDS)


class Phone:
    """A moderator, and the app that makes the codes."""

    def __init__(self, store: Store, keyring: Keyring, clock: FrozenClock) -> None:
        self.store, self.keyring, self.clock = store, keyring, clock
        self.secret = ""
        self.number = store.write(
            lambda s: add_moderator(
                s, keyring, "grace@example.com", name="Grace", roles={}, now=clock.now
            )
        )

    def begin(self) -> None:
        self.store.write(
            lambda s: begin_factor(s, self.keyring, self.number, now=self.clock.now)
        )
        shown = self.store.read(
            lambda s: new_secret(s, self.keyring, self.number, issuer="Foyer")
        )
        assert shown is not None
        self.secret = shown.secret

    def confirm(self) -> tuple[str, ...]:
        code = self.code()
        return self.store.write(
            lambda s: confirm_factor(
                s, self.keyring, self.number, code, now=self.clock.now
            )
        )

    def set_up(self) -> tuple[str, ...]:
        self.begin()
        codes = self.confirm()
        self.clock.advance(STEP)
        return codes

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.clock.now + steps * STEP)

    def is_taken(self, code: str) -> bool:
        return self.store.write(
            lambda s: spend_code(s, self.keyring, self.number, code, now=self.clock.now)
        )

    def admitted(self) -> tuple[str, bool]:
        opened = self.store.write(lambda s: admit(s, self.number, now=self.clock.now))
        return opened.token, opened.awaits_code

    def gives(self, token: str, code: str) -> str | None:
        return self.store.write(
            lambda s: pass_step(s, self.keyring, token, code, now=self.clock.now)
        )

    def is_in(self, token: str) -> bool:
        found = self.store.read(lambda s: signed_in(s, token, now=self.clock.now))
        return found is not None

    def actions(self) -> list[str]:
        return self.store.read(
            lambda s: list(s.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
        )


@pytest.fixture
def phone(store: Store, keyring: Keyring, clock: FrozenClock) -> Phone:
    return Phone(store, keyring, clock)


def test_it_holds_only_after_a_right_code(phone: Phone) -> None:
    phone.begin()
    assert phone.admitted()[1] is False
    wrong = "000000" if phone.code() != "000000" else "111111"
    nothing = phone.store.write(
        lambda s: confirm_factor(
            s, phone.keyring, phone.number, wrong, now=phone.clock.now
        )
    )
    assert nothing == ()
    assert not phone.is_taken(phone.code())
    assert len(phone.confirm()) == RECOVERY_CODES
    assert phone.admitted()[1] is True
    with pytest.raises(Conflict):
        phone.begin()
    assert phone.actions()[-1] == "second-factor-on"


def test_secret_is_sealed_for_its_row_and_told_only_before_it_holds(
    phone: Phone,
) -> None:
    phone.begin()
    row = phone.store.read(lambda s: s.get_one(SecondFactor, phone.number))
    assert phone.secret.encode() not in row.secret_sealed
    phone.confirm()
    told = phone.store.read(
        lambda s: new_secret(s, phone.keyring, phone.number, issuer="Foyer")
    )
    assert told is None


def test_address_for_the_phone_names_the_moderator_without_an_e_mail_address(
    phone: Phone,
) -> None:
    phone.begin()
    told = phone.store.read(
        lambda s: new_secret(s, phone.keyring, phone.number, issuer="Foyer blog")
    )
    assert told is not None
    read = pyotp.parse_uri(told.address)
    assert (read.name, read.issuer) == ("Grace", "Foyer blog")
    assert "example" not in told.address
    assert told.secret not in repr(told)


@pytest.mark.parametrize(
    ("steps", "expected"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_code_holds_for_the_step_before_and_after(
    phone: Phone, steps: int, expected: bool
) -> None:
    phone.set_up()
    phone.clock.advance(10 * STEP)
    assert phone.is_taken(phone.code(steps)) is expected


def test_no_code_is_taken_twice_nor_one_older_than_the_last(phone: Phone) -> None:
    phone.begin()
    used = phone.code()
    phone.confirm()
    assert not phone.is_taken(used)
    phone.clock.advance(5 * STEP)
    earlier, now = phone.code(-1), phone.code()
    assert phone.is_taken(now)
    assert not phone.is_taken(now)
    assert not phone.is_taken(earlier)


@pytest.mark.parametrize(
    "code", ["", " ", "12345", "١٢٣٤٥٦", "-" * 16, "x" * 41, "1" * 5000]
)
def test_what_is_no_code_is_refused(phone: Phone, code: str) -> None:
    phone.set_up()
    assert not phone.is_taken(code)


def test_code_may_be_typed_with_a_gap(phone: Phone) -> None:
    phone.set_up()
    code = phone.code()
    assert phone.is_taken(f" {code[:3]} {code[3:]} ")


def test_each_recovery_code_is_good_once_and_only_digests_are_stored(
    phone: Phone,
) -> None:
    codes = phone.set_up()
    assert len(set(codes)) == RECOVERY_CODES
    rows = phone.store.read(lambda s: list(s.scalars(select(RecoveryCode))))
    assert not any(c.encode() in row.digest for row in rows for c in codes)
    assert phone.is_taken(codes[0])
    assert not phone.is_taken(codes[0])
    # As somebody copies it from paper.
    assert phone.is_taken(codes[1].upper().replace("-", " "))
    left = phone.store.read(lambda s: factor_of(s, phone.number)).recovery_left
    assert left == RECOVERY_CODES - 2
    assert phone.actions().count("recovery-code-used") == 2


def test_new_recovery_codes_kill_the_old_ones(phone: Phone) -> None:
    old = phone.set_up()
    new = phone.store.write(lambda s: renew_codes(s, phone.number, now=phone.clock.now))
    assert not phone.is_taken(old[0])
    assert phone.is_taken(new[0])


def test_recovery_code_of_somebody_else_opens_nothing(
    phone: Phone, store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    codes = phone.set_up()
    number = store.write(
        lambda s: add_moderator(
            s, keyring, "hans@example.com", name="Hans", roles={}, now=clock.now
        )
    )
    store.write(lambda s: begin_factor(s, keyring, number, now=clock.now))
    assert not store.write(
        lambda s: spend_code(s, keyring, number, codes[0], now=clock.now)
    )


def test_lost_key_opens_nothing(phone: Phone) -> None:
    phone.set_up()
    phone.keyring = Keyring.from_text(generate())
    assert not phone.is_taken(phone.code())
    assert phone.admitted()[1] is True


def test_step_becomes_a_session_by_the_code_and_is_no_session_itself(
    phone: Phone,
) -> None:
    phone.set_up()
    step, awaits = phone.admitted()
    assert awaits
    assert not phone.is_in(step)
    token = phone.gives(step, phone.code())
    assert token is not None
    assert phone.is_in(token)
    phone.clock.advance(STEP)
    assert phone.gives(step, phone.code()) is None


def test_step_ends_after_some_wrong_codes(phone: Phone) -> None:
    codes = phone.set_up()
    step, _ = phone.admitted()
    for _ in range(MAX_TRIES):
        assert phone.store.read(lambda s: step_holder(s, step, now=phone.clock.now))
        assert phone.gives(step, "nonsense") is None
    assert phone.gives(step, codes[0]) is None
    assert phone.is_taken(codes[0]), "a step that is over must use no code up"


def test_step_ends_after_its_time(phone: Phone) -> None:
    phone.set_up()
    step, _ = phone.admitted()
    phone.clock.advance(STEP_KEPT)
    assert phone.store.read(lambda s: step_holder(s, step, now=phone.clock.now)) is None
    assert phone.gives(step, phone.code()) is None


def test_new_password_and_a_shut_account_end_what_was_begun(phone: Phone) -> None:
    phone.set_up()
    step, _ = phone.admitted()
    phone.store.write(
        lambda s: set_password(s, phone.number, "a hash", now=phone.clock.now)
    )
    assert phone.gives(step, phone.code()) is None
    phone.admitted()
    phone.store.write(lambda s: disable_moderator(s, phone.number, now=phone.clock.now))
    assert not phone.store.read(lambda s: list(s.scalars(select(SignInStep))))
    with pytest.raises(Forbidden):
        phone.admitted()


def test_one_time_link_asks_for_the_code_too(phone: Phone) -> None:
    phone.set_up()
    link = phone.store.write(lambda s: make_link(s, phone.number, now=phone.clock.now))
    opened = phone.store.write(lambda s: spend_link(s, link, now=phone.clock.now))
    assert opened.awaits_code
    assert not phone.is_in(opened.token)


def test_codes_are_limited_by_account(phone: Phone) -> None:
    def charge() -> None:
        phone.store.write(lambda s: charge_code(s, phone.number, now=phone.clock.now))

    for _ in range(CODE_TRIES.times):
        charge()
    with pytest.raises(TooManyRequests):
        charge()


def test_switched_off_it_leaves_nothing(phone: Phone) -> None:
    phone.set_up()
    phone.store.write(
        lambda s: drop_factor(s, phone.number, now=phone.clock.now, by_operator=True)
    )
    assert phone.admitted()[1] is False
    assert not phone.store.read(lambda s: list(s.scalars(select(SecondFactor))))
    assert not phone.store.read(lambda s: list(s.scalars(select(RecoveryCode))))
    assert "second-factor-off" in phone.actions()
    again = phone.store.write(
        lambda s: drop_factor(s, phone.number, now=phone.clock.now)
    )
    assert again is False
