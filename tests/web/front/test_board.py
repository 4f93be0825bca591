"""Forks of a process see at once what one of them tells."""

import os

from service.web.front.board import Board


def _in_a_fork(board: Board) -> None:
    pid = os.fork()
    if pid == 0:
        board.tell(7, 12.5)
        board.doubt(13.5)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def test_nothing_is_told_at_first() -> None:
    board = Board()
    assert board.news_at(7) == 0.0
    assert board.doubted_at == 0.0


def test_forks_share_it() -> None:
    board, other = Board(), Board()
    _in_a_fork(board)
    assert board.news_at(7) == 12.5
    assert board.news_at(8) == 0.0
    assert board.doubted_at == 13.5
    assert other.news_at(7) == 0.0


def test_any_number_has_a_place() -> None:
    board = Board()
    for about in (-1, 0, 2**16, -(2**63), 2**64):
        board.tell(about, 1.0)
        assert board.news_at(about) == 1.0
    assert board.doubted_at == 0.0


def test_whoever_has_its_file_has_the_board() -> None:
    board = Board()
    Board(os.dup(board.file)).tell(7, 12.5)
    assert board.news_at(7) == 12.5
