"""Many callers in one thread, and what they write in one transaction.

Threads of one interpreter that work and write by turns hold each other up: with every
statement the one that writes lets go of the interpreter, and has to wait until another
gives it back, which takes up to 5 ms. So calls that all end in a write are run in one
thread. A call that comes to `Store.write` is set aside there, and the thread begins the
next; when there is no other to begin, all that they want to write is written at once,
and each goes on where it was.

A call that is set aside is a greenlet: it looks like any other code, and has context
variables of its own.
"""

from collections.abc import Callable
from typing import TypeAlias

from greenlet import getcurrent, greenlet

from service.db.order import Order

Door: TypeAlias = Callable[[list[Order]], None]
"""Finishes all that is handed to it; raises nothing."""


class _Caller(greenlet):
    """A call that can be set aside."""

    door: Door
    order: Order


def can_be_set_aside() -> bool:
    """True if what runs now is a call of `Together`."""
    return isinstance(getcurrent(), _Caller)


def set_aside(door: Door, order: Order) -> None:
    """Return when ``order`` is finished; the thread does other things meanwhile.

    Only for what `can_be_set_aside`. Let it hold nothing that other calls need.

    :param door: finishes the order, and others with it that came to the same door.
    """
    caller = getcurrent()
    if not isinstance(caller, _Caller) or caller.parent is None:
        raise TypeError("Only a call of Together can be set aside.")
    caller.door, caller.order = door, order
    caller.parent.switch()


class Together:
    """Runs calls in the present thread, by turns where they wait for the store."""

    def __init__(self) -> None:
        self._aside: list[_Caller] = []

    def begin(self, call: Callable[[], None]) -> None:
        """Run a call until it ends, or is set aside.

        :param call: raises nothing.
        """
        self._go_on(_Caller(call))

    def finish(self) -> None:
        """Run all calls that were set aside to their ends."""
        while self._aside:
            callers, self._aside = self._aside, []
            orders: dict[Door, list[Order]] = {}
            for caller in callers:
                orders.setdefault(caller.door, []).append(caller.order)
            for door, at_it in orders.items():
                door(at_it)
            for caller in callers:
                self._go_on(caller)

    def _go_on(self, caller: _Caller) -> None:
        caller.switch()
        if not caller.dead:
            self._aside.append(caller)
