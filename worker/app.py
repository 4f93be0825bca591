"""The worker's Celery application, and what each of its processes opens."""

import gc
import os
import socket
from functools import cache
from typing import Any

from celery import Celery, bootsteps, signals
from typing_extensions import override

from service import logs
from service.db.store import Store, make_engine
from service.jobs import make_celery
from service.lifeline import die_with_parent
from service.privacy.keyring import Keyring
from service.settings import Settings, load
from worker.hearing import listen_anew
from worker.heartbeat import beat
from worker.outside.asker import Asker
from worker.outside.client import OutsideClient
from worker.outside.errands import Outside, run_errands
from worker.pipeline import Doors, drain, utc_now
from worker.resolver import DomainResolver
from worker.sweeper import Sweeper, ring_if_due


@cache
def settings() -> Settings:
    """The settings of this process."""
    return load()


def worker_name() -> str:
    """``host:pid`` of the worker's main process, as its heartbeat is known by."""
    return f"{socket.gethostname()[:60]}:{_main_pid()}"


@cache
def _main_pid() -> int:
    return os.getpid()


@cache
def _doors_of(pid: int) -> Doors:  # noqa: ARG001  # a child must not use its parent's
    given = settings()
    store = Store(make_engine(given.database))
    keyring = Keyring.load(given.keys_path)
    outside = Outside(
        store=store,
        keyring=keyring,
        clock=utc_now,
        client=OutsideClient(networks=given.outside_networks),
    )
    asker = Asker(lambda: run_errands(outside), lambda: ring_if_due(store, app))
    return Doors(
        store=store,
        keyring=keyring,
        resolver=DomainResolver(given.dns_seconds),
        wake_asker=asker.wake,
    )


def doors() -> Doors:
    """The doors of this process, opened on first use, and so after the fork."""
    return _doors_of(os.getpid())


def work() -> int:
    """Do what is due, and say that this worker lives.

    :returns: how many jobs were done.
    """
    done = drain(doors())
    beat(doors(), worker_name())
    return done


def work_and_ring() -> int:
    """Do what is due; if more is due than one task does, have the next begin at once.

    :returns: how many jobs were done.
    """
    done = work()
    if done:
        ring_if_due(doors().store, app)
    return done


class _Sweeping(bootsteps.StartStopStep):
    """Starts the sweeper once the children are there, with or without a broker."""

    requires = ("celery.worker.components:Pool",)

    @override
    def start(self, parent: Any) -> None:
        sweeper = Sweeper(
            doors().store,
            parent.app,
            worker_name(),
            work,
            lambda: listen_anew(parent.consumer),
        )
        signals.task_received.connect(lambda **_: sweeper.hear(), weak=False)
        sweeper.start()


def make_app() -> Celery:
    """The Celery application of the worker, with its one task."""
    app = make_celery(settings())
    app.conf.update(
        # A broker may be away for days, and say no in many ways.
        broker_channel_error_retry=True,
        broker_connection_max_retries=None,
        imports=["worker.tasks"],
        # The lease on the job row decides who works: a message that comes again after
        # a crash is harmless, and one that is lost is rung again by the sweeper.
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        # A task ends by itself after 5 s; these are for one that hangs.
        task_soft_time_limit=20,
        task_time_limit=30,
        # The lease holds without the broker; killed, a job would wait for its end.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_consumer="worker.hearing:PatientConsumer",
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
        worker_soft_shutdown_timeout=5,
    )
    app.steps["worker"].add(_Sweeping)
    app.set_default()
    _main_pid()
    return app


@signals.worker_init.connect
def _on_init(**_: Any) -> None:
    # What both processes will use is loaded before the fork, and then left alone by
    # the garbage collector: it would write to every page and so undo their sharing.
    make_engine(settings().database).dispose()
    os.register_at_fork(before=gc.freeze)


@signals.worker_process_init.connect
def _on_child(**_: Any) -> None:
    # Celery's own child: when its parent is killed, so is it.
    die_with_parent(_main_pid())


@signals.setup_logging.connect
def _on_logging(**_: Any) -> None:
    logs.set_up(settings().log_level)


app = make_app()
