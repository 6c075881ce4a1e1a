"""What is shown while it waits: in a pipe, on a terminal, in a notebook."""

from __future__ import annotations

import io
import os
import pty
import sys
import threading
import types
import unittest
from contextlib import redirect_stderr
from unittest import mock

import autodeploy
from autodeploy import Client, Run
from service import OPERATE, complete, go_live


def read_all(leader: int) -> str:
    """What was written to a terminal that is closed."""
    parts = []
    try:
        while part := os.read(leader, 4096):
            parts.append(part)
    except OSError:
        # Linux: there is no more.
        pass
    return b"".join(parts).decode()


class Progress(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Client(key=OPERATE)

    def test_a_pipe_gets_a_line_for_each_change(self) -> None:
        out = io.StringIO()
        with redirect_stderr(out):
            go = self.client.start("py-lines", endpoint_name="py-lines")
            threading.Timer(0.5, complete, ["py-lines"]).start()
            go.wait(timeout="1m", progress=True)
            go.wait(timeout="1m")
        lines = out.getvalue().splitlines()
        self.assertGreater(len(lines), 1)
        self.assertEqual(len(lines), len({line[10:] for line in lines}))
        self.assertRegex(lines[0], r"^\d\d:\d\d:\d\d  py-lines is in training")
        self.assertRegex(lines[-1], "went live on py-lines")

    def test_a_terminal_gets_one_line_that_is_drawn_over(self) -> None:
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        run = self.client.start("py-bar", endpoint_name="py-bar")
        complete("py-bar")
        with os.fdopen(follower, "w") as terminal, redirect_stderr(terminal), mock.patch.dict(os.environ, {"TERM": "xterm"}):
            run.wait(timeout="1m")
        drawn = read_all(leader)
        self.assertEqual(drawn.count("\n"), 1)
        self.assertRegex(drawn, r"\r\x1b\[K\[#+-+\] py-bar")
        self.assertIn(f"[{'#' * 20}] py-bar went live", drawn)

    def test_a_notebook_gets_one_output_that_is_updated(self) -> None:
        handle = mock.Mock()
        kernel = types.ModuleType("IPython")
        kernel.get_ipython = type("ZMQInteractiveShell", (), {})  # type: ignore[attr-defined]
        shown = types.ModuleType("IPython.display")
        shown.HTML = str  # type: ignore[attr-defined]
        shown.display = lambda *_, **__: handle  # type: ignore[attr-defined]
        with mock.patch.dict(sys.modules, {"IPython": kernel, "IPython.display": shown}):
            go_live(self.client, "py-cell", "py-cell")
        last = handle.update.call_args[0][0]
        self.assertIn("py-cell went live on py-cell", last)
        self.assertNotIn("<progress", last)

    def test_control_characters_reach_no_terminal(self) -> None:
        out = io.StringIO()
        run = autodeploy._make(Run, {"training_job_name": "odd", "status": "failed", "failure_reason": "\x1b[2Jgone"})
        autodeploy._Lines(out).show(run)
        self.assertNotIn("\x1b", out.getvalue())


if __name__ == "__main__":
    unittest.main()
