"""Start SageMaker trainings, wait until they are live, and go back: the Python client of sagemaker-autodeploy.

One file without dependencies, for Python 3.9 and newer: copy it beside your notebook, or into your package.

    import autodeploy

    client = autodeploy.Client()  # AUTODEPLOY_URL, and AUTODEPLOY_API_KEY or AUTODEPLOY_API_KEY_FILE
    run = client.start(hyperparameters={"epochs": 3}, metric_definitions=["validation:accuracy"])
    run = run.wait(timeout="2h")  # shows progress; raises TrainingFailed, DeploymentFailed, Rejected, Superseded or NotOver
    run.metrics

What was started continues whatever becomes of this program: wait() only watches.
"""

from __future__ import annotations

import json
import os
import random
import re
import socket
import ssl
import sys
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime, timezone
from email.message import Message
from email.utils import parsedate_to_datetime
from html import escape
from http.client import HTTPException
from typing import (
    IO,
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    NoReturn,
    Optional,
    Sequence,
    Tuple,
    Type,
    TypeVar,
    Union,
    cast,
    overload,
)
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

__version__ = "0.1.0"
__all__ = [
    "ApiError",
    "Approval",
    "AutodeployError",
    "Client",
    "Deployment",
    "DeploymentFailed",
    "Endpoint",
    "EndpointStatus",
    "Gate",
    "GateRule",
    "HistoryEntry",
    "Hold",
    "NotOver",
    "Rejected",
    "Rollout",
    "Run",
    "RunList",
    "SettingsError",
    "Superseded",
    "TrainingFailed",
    "Unreachable",
    "Verification",
    "WaitsFor",
]

Json = Dict[str, Any]
Duration = Union[None, int, float, str]
_T = TypeVar("_T")


# --- Errors ---------------------------------------------------------------------------------------------------------


class AutodeployError(Exception):
    """Of this client. No message holds a key."""


class SettingsError(AutodeployError, ValueError):
    """An address, a key or an argument that cannot be used. The message names it, and never has a key."""


class Unreachable(AutodeployError, ConnectionError):
    """The service did not respond within the retries. `idempotency_key`: with it start() may be repeated safely."""

    idempotency_key: Optional[str] = None


class ApiError(AutodeployError):
    """A problem that the service returned (RFC 9457). `code` is stable: docs/api.md has all of them.

    `errors` has a `field` and a `detail` for each issue of `invalid_request`; `request_id` is in the log of the service.
    """

    def __init__(self, status: int, problem: Mapping[str, Any], request: str) -> None:
        self.status = status
        self.code: str = str(problem.get("code", ""))
        self.title: str = str(problem.get("title", ""))
        self.detail: str = str(problem.get("detail", ""))
        self.request_id: Optional[str] = problem.get("request_id")
        self.errors: List[Dict[str, str]] = list(problem.get("errors") or [])
        self.request = request
        self.idempotency_key: Optional[str] = None
        words = self.detail or self.title or "no reason was returned"
        hint = _hints.get(self.code, "")
        super().__init__(f"{request} returned {status} {self.code}: {words}{hint}".replace("  ", " "))


_hints = {
    "unauthorized": " (set AUTODEPLOY_API_KEY, or AUTODEPLOY_API_KEY_FILE)",
    "foreign_host": " (without API_KEYS the service takes requests by a loopback address only)",
}


class OutcomeError(AutodeployError):
    """How a run or a deployment ended, or that it is not over. `run` and `deployment`: as they were seen last."""

    def __init__(self, message: str, run: Optional[Run], deployment: Optional[Deployment]) -> None:
        super().__init__(message)
        self.run = run
        self.deployment = deployment


class TrainingFailed(OutcomeError):
    """The training failed, was stopped, or was not over within the service's time limit. Nothing was deployed."""


class DeploymentFailed(OutcomeError):
    """The deployment failed or was rolled back: the endpoint serves what it served before."""


class Rejected(OutcomeError):
    """A gate, a person, an expired approval, an abort or a rollback turned the deployment down."""


class Superseded(OutcomeError):
    """A newer training went live first."""


class NotOver(OutcomeError, TimeoutError):
    """The time to wait is over, and the run is not. It continues."""


# --- What the service returns ---------------------------------------------------------------------------------------


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _of(convert: Callable[[Any], Any]) -> Any:
    return field(default=None, metadata={"convert": convert})


def _many(convert: Callable[[Any], Any]) -> Any:
    # Not in `repr`: a run that is printed has one line.
    return field(default_factory=list, repr=False, metadata={"convert": lambda items: [convert(one) for one in items]})


def _time() -> Any:
    return _of(_instant)


def _raw() -> Any:
    return field(default_factory=dict, repr=False, compare=False)


def _make(cls: Type[_T], data: Mapping[str, Any]) -> _T:
    """An object of what the service returned. Members that this version does not know are in `raw` alone."""
    values: Json = {}
    for one in fields(cls):  # type: ignore[arg-type]
        name = one.metadata.get("json", one.name)
        if name not in data or data[name] is None or one.name == "raw":
            continue
        convert = one.metadata.get("convert")
        values[one.name] = data[name] if convert is None else convert(data[name])
    return cast(Any, cls)(raw=dict(data), **values)  # type: ignore[no-any-return]


class _Bound:
    """What belongs to a client. It is pickled and copied without it: a client holds a key."""

    _client: Optional[Client] = None

    def _with(self: _T, client: Client) -> _T:
        object.__setattr__(self, "_client", client)
        return self

    def __getstate__(self) -> Json:
        return {name: value for name, value in self.__dict__.items() if name != "_client"}

    def _bound(self) -> Client:
        if self._client is None:
            raise SettingsError("this object has no client: take it from a client, as client.run(NAME) returns it")
        return self._client


@dataclass(frozen=True)
class WaitsFor:
    """What a deployment waits for: `turn`, `hold`, `approval`, `alarm`, `endpoint`, `sagemaker` or `bake`."""

    kind: str = ""
    since: Optional[datetime] = _time()
    detail: Optional[str] = None
    raw: Json = _raw()


@dataclass(frozen=True)
class GateRule:
    """A rule of the gate, and what it was compared with."""

    metric: str = ""
    rule: str = ""
    value: Optional[float] = None
    baseline: Optional[float] = None
    threshold: Optional[float] = None
    verdict: str = ""
    reason: str = ""
    raw: Json = _raw()


@dataclass(frozen=True)
class Gate:
    """The gate of the policy: its `verdict` is `passed`, `failed` or `unclear`."""

    verdict: str = ""
    against: Optional[str] = None
    rules: List[GateRule] = _many(lambda one: _make(GateRule, one))
    raw: Json = _raw()


@dataclass(frozen=True)
class Approval:
    """The decision of a person: `pending`, `approved`, `rejected` or `expired`."""

    status: str = ""
    by: Optional[str] = None
    reason: Optional[str] = None
    requested_at: Optional[datetime] = _time()
    decided_at: Optional[datetime] = _time()
    expires_at: Optional[datetime] = _time()
    raw: Json = _raw()


@dataclass(frozen=True)
class Rollout:
    """How the traffic moves, as SageMaker shows it."""

    strategy: str = ""
    phase: Optional[str] = None
    traffic_percent: Optional[float] = None
    alarms: List[Json] = field(default_factory=list)
    raw: Json = _raw()


@dataclass(frozen=True)
class Verification:
    """What the requests of the policy to the live endpoint came to: `pending`, `passed` or `failed`."""

    status: str = ""
    requests: int = 0
    failures: List[str] = field(default_factory=list)
    raw: Json = _raw()


@dataclass(frozen=True)
class HistoryEntry:
    """A change of a run, a deployment or an endpoint. `id` counts up over all of them."""

    id: int = 0
    at: Optional[datetime] = _time()
    training_job_name: Optional[str] = None
    deployment_id: Optional[str] = None
    subject: str = ""
    from_status: Optional[str] = field(default=None, metadata={"json": "from"})
    to_status: str = field(default="", metadata={"json": "to"})
    actor: str = ""
    by: Optional[str] = None
    reason: Optional[str] = None
    detail: Optional[str] = None
    repeats: int = 1
    last_at: Optional[datetime] = _time()
    raw: Json = _raw()

    def __str__(self) -> str:
        """One line: when, what, and why."""
        change = self.to_status if self.from_status in (None, self.to_status) else f"{self.from_status} → {self.to_status}"
        by = f"by {self.by}" if self.by else ""
        parts = [_clock(self.at), f"{self.subject} {change}", self.detail, by, self.reason]
        return "  ".join(_printable(part) for part in parts if part)


@dataclass(frozen=True)
class Deployment(_Bound):
    """A deployment of a training to an endpoint."""

    deployment_id: str = ""
    training_job_name: str = ""
    endpoint_name: str = ""
    endpoint_config_name: Optional[str] = None
    model_name: Optional[str] = None
    status: str = ""
    step: Optional[str] = None
    trigger: Optional[str] = None
    forced: bool = False
    overrides: bool = False
    attempts: int = 1
    requested_by: Optional[str] = None
    reason: Optional[str] = None
    restores: Optional[str] = None
    waits_for: Optional[WaitsFor] = _of(lambda one: _make(WaitsFor, one))
    failure_reason: Optional[str] = None
    failure_kind: Optional[str] = None
    superseded_by: Optional[str] = None
    gate: Optional[Gate] = _of(lambda one: _make(Gate, one))
    approval: Optional[Approval] = _of(lambda one: _make(Approval, one))
    rollout: Optional[Rollout] = _of(lambda one: _make(Rollout, one))
    verification: Optional[Verification] = _of(lambda one: _make(Verification, one))
    created_at: Optional[datetime] = _time()
    started_at: Optional[datetime] = _time()
    finished_at: Optional[datetime] = _time()
    in_service_at: Optional[datetime] = _time()
    links: Dict[str, str] = field(default_factory=dict, repr=False)
    history: List[HistoryEntry] = _many(lambda one: _make(HistoryEntry, one))
    raw: Json = _raw()

    @property
    def is_over(self) -> bool:
        """Whether the deployment has ended, in whatever way."""
        return self.status in _deployment_ends

    @property
    def sentence(self) -> str:
        """Where it stands, in one sentence."""
        return _deployment_sentence(self)

    def wait(self, timeout: Duration = None, progress: Progress = None) -> Deployment:
        """Waits until it is live: see Client.wait()."""
        return self._bound().wait(self, timeout=timeout, progress=progress)

    def refresh(self) -> Deployment:
        """The deployment as it is now."""
        return self._bound().deployment(self.deployment_id)

    def approve(self, reason: Optional[str] = None) -> Deployment:
        """Approves it: see Client.approve()."""
        return self._bound().approve(self, reason)

    def reject(self, reason: str) -> Deployment:
        """Rejects it: see Client.reject()."""
        return self._bound().reject(self, reason)

    def abort(self, reason: str) -> Deployment:
        """Ends it: see Client.abort()."""
        return self._bound().abort(self, reason)

    def _repr_html_(self) -> str:
        return _deployment_html(self)


@dataclass(frozen=True)
class Run(_Bound):
    """A training run. `history`, `deployments` and `request` are there where one run was read, and not in a list."""

    training_job_name: str = ""
    training_job_arn: Optional[str] = None
    project: str = ""
    endpoint_name: str = ""
    auto_deploy: bool = False
    status: str = ""
    secondary_status: Optional[str] = None
    deployment_status: str = "none"
    failure_reason: Optional[str] = None
    failure_kind: Optional[str] = None
    model_artifact: Optional[str] = None
    metrics: Optional[Dict[str, float]] = None
    created_at: Optional[datetime] = _time()
    training_created_at: Optional[datetime] = _time()
    updated_at: Optional[datetime] = _time()
    finished_at: Optional[datetime] = _time()
    links: Dict[str, str] = field(default_factory=dict, repr=False)
    request: Optional[Json] = field(default=None, repr=False)
    deployments: List[Deployment] = _many(lambda one: _make(Deployment, one))
    history: List[HistoryEntry] = _many(lambda one: _make(HistoryEntry, one))
    raw: Json = _raw()

    @property
    def name(self) -> str:
        """The training job's name."""
        return self.training_job_name

    @property
    def deployment(self) -> Optional[Deployment]:
        """The newest deployment; None before there is one, and in a list."""
        return self.deployments[0] if self.deployments else None

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        if self.status not in _training_ends:
            return False
        return self.status != "completed" or self.deployment_status not in _deployment_waits

    @property
    def sentence(self) -> str:
        """Where it stands, in one sentence."""
        return _run_sentence(self)

    def wait(self, timeout: Duration = None, progress: Progress = None) -> Run:
        """Waits until it is live: see Client.wait()."""
        return self._bound().wait(self, timeout=timeout, progress=progress)

    def refresh(self) -> Run:
        """The run as it is now, with its history."""
        return self._bound().run(self.training_job_name)

    def stop(self) -> Run:
        """Stops the training: see Client.stop()."""
        return self._bound().stop(self.training_job_name)

    def deploy(self, **options: Any) -> Deployment:
        """Deploys it: see Client.deploy()."""
        return self._bound().deploy(self.training_job_name, **options)

    def _with(self, client: Client) -> Run:
        for one in self.deployments:
            one._with(client)
        return super()._with(client)

    def _repr_html_(self) -> str:
        return _run_html(self)


@dataclass(frozen=True)
class Hold:
    """Why nothing goes live on an endpoint, since when and by whom."""

    since: Optional[datetime] = _time()
    by: Optional[str] = None
    reason: Optional[str] = None
    raw: Json = _raw()


@dataclass(frozen=True)
class Endpoint(_Bound):
    """An endpoint: what is live, in progress and waiting. `former` and `policy` are there where one endpoint was read."""

    endpoint_name: str = ""
    live: Optional[Deployment] = _of(lambda one: _make(Deployment, one))
    live_since: Optional[datetime] = _time()
    in_progress: Optional[Deployment] = _of(lambda one: _make(Deployment, one))
    waiting: List[Deployment] = _many(lambda one: _make(Deployment, one))
    held: Optional[Hold] = _of(lambda one: _make(Hold, one))
    rolled_back_at: Optional[datetime] = _time()
    former: List[Deployment] = _many(lambda one: _make(Deployment, one))
    policy: Json = field(default_factory=dict, repr=False)
    links: Dict[str, str] = field(default_factory=dict, repr=False)
    raw: Json = _raw()

    def rollback(self, reason: str, to: Optional[str] = None, hold: bool = True) -> Deployment:
        """Goes back to what was live before: see Client.rollback()."""
        return self._bound().rollback(self.endpoint_name, reason, to=to, hold=hold)

    def hold(self, reason: str) -> Endpoint:
        """Holds it: see Client.hold()."""
        return self._bound().hold(self.endpoint_name, reason)

    def release(self, reason: Optional[str] = None) -> Endpoint:
        """Ends its hold: see Client.release()."""
        return self._bound().release(self.endpoint_name, reason)

    def _with(self, client: Client) -> Endpoint:
        for one in [self.live, self.in_progress, *self.waiting, *self.former]:
            if one is not None:
                one._with(client)
        return super()._with(client)

    def _repr_html_(self) -> str:
        return _endpoint_html(self)


@dataclass(frozen=True)
class EndpointStatus:
    """An endpoint as SageMaker has it now."""

    endpoint_name: str = ""
    status: str = ""
    creation_time: Optional[datetime] = _time()
    last_modified_time: Optional[datetime] = _time()
    endpoint_config_name: Optional[str] = None
    training_job_name: Optional[str] = None
    failure_reason: Optional[str] = None
    raw: Json = _raw()


class RunList(List[Run]):
    """Runs, newest first. `counts`: how many there are of each status, under the other filters."""

    counts: Dict[str, Dict[str, int]] = {}

    def _repr_html_(self) -> str:
        rows = [
            [
                _b(one.training_job_name),
                _badge(_status_of(one)),
                _h(one.endpoint_name),
                _metrics(one.metrics),
                _clock(one.created_at),
            ]
            for one in self
        ]
        return _table(["run", "status", "endpoint", "metrics", "created"], rows)


_training_ends = ("completed", "failed", "stopped", "timed_out")
_deployment_waits = ("queued", "awaiting_approval", "in_progress")
_deployment_ends = ("deployed", "rolled_back", "failed", "superseded", "rejected")

Progress = Union[None, bool, Callable[[Any], None]]


# --- The client -----------------------------------------------------------------------------------------------------


class _Key:
    """A key that no repr, no traceback with local variables and no pickle shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "<key>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled")

    def header(self) -> str:
        return f"Bearer {self._text}"


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry the key to another address: its status is returned as an error in place of it."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Fault(Exception):
    """One attempt failed. `was_sent`: the service may have received the request. `lasts`: a repetition does not help."""

    def __init__(self, words: str, was_sent: bool, lasts: bool = False) -> None:
        super().__init__(words)
        self.was_sent = was_sent
        self.lasts = lasts


class Client:
    """The service at an address.

    url: AUTODEPLOY_URL where left out, or http://127.0.0.1:8006; with the base path, where there is one.
    key: AUTODEPLOY_API_KEY where left out, or what is in the file AUTODEPLOY_API_KEY_FILE. A service without keys needs none.
    timeout: seconds until a request without a response counts as failed.
    retry_seconds: for how long in all a request is repeated after a fault of the network, or a 502, 503 or 504. A change that must
        not count twice (start(), stop(), deploy(), rollback()) has an Idempotency-Key, which stays the same.
    ca_file: certificates to trust, a file or a folder; REQUESTS_CA_BUNDLE where left out, then SSL_CERT_FILE and those of the machine.

    Proxies are those of HTTPS_PROXY, HTTP_PROXY and NO_PROXY; a loopback address is reached directly. Redirects are not followed.

    Raises SettingsError for an address or a key that cannot be used.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        key: Optional[str] = None,
        *,
        timeout: float = 30.0,
        retry_seconds: float = 60.0,
        ca_file: Optional[str] = None,
    ) -> None:
        self.url = _checked_url(url or os.environ.get("AUTODEPLOY_URL", "").strip() or "http://127.0.0.1:8006")
        self.timeout = timeout
        self.retry_seconds = retry_seconds
        self._key = _read_key(key)
        self._opener = _make_opener(self.url, ca_file)
        self._has_feed = True

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a key and is not pickled: make one in each process")

    # Runs.

    def start(
        self,
        training_job_name: Optional[str] = None,
        *,
        auto_deploy: bool = True,
        endpoint_name: Optional[str] = None,
        hyperparameters: Optional[Mapping[str, Any]] = None,
        training_image: Optional[str] = None,
        serving_image: Optional[str] = None,
        instance_type: Optional[str] = None,
        instance_count: Optional[int] = None,
        max_runtime_seconds: Optional[int] = None,
        input_s3_uri: Optional[str] = None,
        environment: Optional[Mapping[str, str]] = None,
        tags: Optional[Mapping[str, str]] = None,
        metric_definitions: Optional[Sequence[Union[str, Mapping[str, str]]]] = None,
        create_training_job: Optional[Mapping[str, Any]] = None,
        create_model: Optional[Mapping[str, Any]] = None,
        create_endpoint_config: Optional[Mapping[str, Any]] = None,
        reason: Optional[str] = None,
        request: Optional[Mapping[str, Any]] = None,
        idempotency_key: Optional[str] = None,
    ) -> Run:
        """Starts a training, and with `auto_deploy` deploys its model when it completes.

        request: a whole body of POST /bootstrap, over which the other arguments are laid.
        idempotency_key: a repetition with it returns the same run and starts nothing. Made for each call where left out, so that a
            response that was lost is requested once more without a second training.

        Raises ApiError (`invalid_request`, `training_job_exists`, `idempotency_conflict`, `sagemaker_rejected`, `quota_exceeded`), and
        Unreachable, whose `idempotency_key` makes a later repetition safe.
        """
        own = {
            "training_job_name": training_job_name,
            "endpoint_name": endpoint_name,
            "hyperparameters": hyperparameters,
            "training_image": training_image,
            "serving_image": serving_image,
            "instance_type": instance_type,
            "instance_count": instance_count,
            "max_runtime_seconds": max_runtime_seconds,
            "input_s3_uri": input_s3_uri,
            "environment": environment,
            "tags": tags,
            "metric_definitions": metric_definitions,
            "create_training_job": create_training_job,
            "create_model": create_model,
            "create_endpoint_config": create_endpoint_config,
            "reason": reason,
        }
        body = {**(request or {}), **_without_none(own)}
        repeatable = idempotency_key or str(uuid.uuid4())
        if re.fullmatch(r"[!-~]{1,255}", repeatable) is None:
            raise SettingsError("idempotency_key must be 1 to 255 visible ASCII characters")
        query = {"auto_deploy": "true" if auto_deploy else "false"}
        try:
            data = self._call("POST", "/bootstrap", query=query, body=body, headers={"Idempotency-Key": repeatable})
        except (Unreachable, ApiError) as error:
            error.idempotency_key = repeatable
            raise
        return _make(Run, data)._with(self)

    def run(self, training_job_name: str) -> Run:
        """A run with its deployments and its history. Raises ApiError (`not_found`)."""
        return _make(Run, self._call("GET", f"/training-jobs/{_segment(training_job_name)}"))._with(self)

    def runs(
        self,
        *,
        status: Union[None, str, Iterable[str]] = None,
        deployment_status: Union[None, str, Iterable[str]] = None,
        endpoint_name: Optional[str] = None,
        name_contains: Optional[str] = None,
        since: Union[None, str, datetime] = None,
        until: Union[None, str, datetime] = None,
        limit: int = 20,
    ) -> RunList:
        """The newest runs under these filters, at most `limit`. Several statuses are allowed; instants are datetimes or ISO 8601."""
        query = _filters(
            status=status,
            deployment_status=deployment_status,
            endpoint_name=endpoint_name,
            name_contains=name_contains,
            since=since,
            until=until,
        )
        runs = RunList()
        for page in self._pages("/training-jobs", query, limit):
            runs.extend(_make(Run, one)._with(self) for one in page["items"])
            runs.counts = page.get("counts", {})
        return runs

    def stop(self, training_job_name: str) -> Run:
        """Stops a training, or withdraws the deployment that waits for its turn. Raises ApiError (`nothing_to_stop`)."""
        # Repeated without it, a stop that counted would have nothing left to stop.
        return _make(Run, self._call("POST", f"/training-jobs/{_segment(training_job_name)}/stop", headers=_once()))._with(self)

    # Deployments.

    def deploy(
        self,
        training_job_name: str,
        *,
        force: bool = False,
        serving_image: Optional[str] = None,
        create_model: Optional[Mapping[str, Any]] = None,
        create_endpoint_config: Optional[Mapping[str, Any]] = None,
        reason: Optional[str] = None,
    ) -> Deployment:
        """Deploys a completed training, whichever client started it; one that is in progress or live is returned as it is.

        force: passes over the order of trainings, a hold and a rejection; with a reason and a key that may approve also over gate and
            approval.

        Raises ApiError (`not_found`, `training_not_completed`, `superseded`, `rejected`).
        """
        body = _without_none(
            {
                "serving_image": serving_image,
                "create_model": create_model,
                "create_endpoint_config": create_endpoint_config,
                "reason": reason,
            }
        )
        query = {"force": "true"} if force else {}
        path = f"/deploy/{_segment(training_job_name)}"
        # By force what is live would be deployed once more.
        return _make(Deployment, self._call("POST", path, query=query, body=body or None, headers=_once()))._with(self)

    def deployment(self, deployment_id: str) -> Deployment:
        """A deployment with its history. Raises ApiError (`not_found`)."""
        return _make(Deployment, self._call("GET", f"/deployments/{_segment(deployment_id)}"))._with(self)

    def deployments(
        self,
        *,
        endpoint_name: Optional[str] = None,
        training_job_name: Optional[str] = None,
        status: Union[None, str, Iterable[str]] = None,
        since: Union[None, str, datetime] = None,
        until: Union[None, str, datetime] = None,
        limit: int = 20,
    ) -> List[Deployment]:
        """The newest deployments under these filters, at most `limit`: which training went to which endpoint."""
        query = _filters(
            endpoint_name=endpoint_name, training_job_name=training_job_name, status=status, since=since, until=until
        )
        pages = self._pages("/deployments", query, limit)
        return [_make(Deployment, one)._with(self) for page in pages for one in page["items"]]

    def approve(self, deployment: Union[str, Deployment], reason: Optional[str] = None) -> Deployment:
        """Approves a deployment that awaits it. Raises ApiError (`already_decided`, `not_awaiting_approval`, `self_approval`)."""
        return self._decide(deployment, "approve", reason)

    def reject(self, deployment: Union[str, Deployment], reason: str) -> Deployment:
        """Rejects a deployment that awaits an approval. Raises ApiError (`already_decided`, `not_awaiting_approval`)."""
        return self._decide(deployment, "reject", reason)

    def abort(self, deployment: Union[str, Deployment], reason: str) -> Deployment:
        """Ends a deployment: before its endpoint was touched as rejected, afterwards by bringing the endpoint back."""
        return self._decide(deployment, "abort", reason)

    # Endpoints.

    def endpoints(self) -> List[Endpoint]:
        """Each endpoint that the service knows."""
        return [_make(Endpoint, one)._with(self) for one in self._call("GET", "/endpoints")["items"]]

    def endpoint(self, endpoint_name: str) -> Endpoint:
        """An endpoint with what it can go back to and the policy in force. Raises ApiError (`not_found`)."""
        return _make(Endpoint, self._call("GET", f"/endpoints/{_segment(endpoint_name)}"))._with(self)

    def endpoint_status(self, endpoint_name: Optional[str] = None) -> EndpointStatus:
        """An endpoint as SageMaker has it now; the service's own where no name is set. Raises ApiError (`not_found`)."""
        return _make(EndpointStatus, self._call("GET", "/endpoint-status", query=_filters(endpoint_name=endpoint_name)))

    def rollback(self, endpoint_name: str, reason: str, *, to: Optional[str] = None, hold: bool = True) -> Deployment:
        """Returns an endpoint to what was live before, all at once and without gate or approval.

        to: a training job's name or a deployment's id; what was live before where left out.
        hold: holds the endpoint as well, so that the next training does not undo it.

        Raises ApiError (`nothing_to_roll_back_to`, `artifact_missing`, `deployment_in_progress`).
        """
        path = f"/endpoints/{_segment(endpoint_name)}/rollback"
        body = _without_none({"to": to, "reason": reason, "hold": hold})
        # Repeated without it, a rollback that counted would go back further.
        return _make(Deployment, self._call("POST", path, body=body, headers=_once()))._with(self)

    def hold(self, endpoint_name: str, reason: str) -> Endpoint:
        """Holds an endpoint: nothing is deployed to it but what is forced or rolled back."""
        data = self._call("POST", f"/endpoints/{_segment(endpoint_name)}/hold", body={"reason": reason})
        return _make(Endpoint, data)._with(self)

    def release(self, endpoint_name: str, reason: Optional[str] = None) -> Endpoint:
        """Ends the hold of an endpoint: the newest of what waits goes."""
        body = _without_none({"reason": reason})
        data = self._call("DELETE", f"/endpoints/{_segment(endpoint_name)}/hold", body=body or None)
        return _make(Endpoint, data)._with(self)

    # The service.

    def status(self) -> Json:
        """Workers, warnings and what waits, as GET /status returns it."""
        return self._call("GET", "/status")

    def history(
        self,
        training_job_name: Optional[str] = None,
        *,
        endpoint_name: Optional[str] = None,
        after: int = 0,
        limit: int = 1000,
    ) -> List[HistoryEntry]:
        """What happened after the entry `after`, the oldest first, at most `limit`: of a run, of an endpoint, or of all."""
        entries: List[HistoryEntry] = []
        while len(entries) < limit:
            page = self._feed(training_job_name, endpoint_name, after, min(limit - len(entries), 100))
            if not page:
                break
            entries.extend(page)
            after = page[-1].id
        return entries

    def follow(
        self, training_job_name: Optional[str] = None, *, endpoint_name: Optional[str] = None, after: int = 0
    ) -> Iterator[HistoryEntry]:
        """Each entry of the history after `after`, and then each one as it happens, for as long as it is read.

        When a backup of the service's database was restored, whose entries have smaller ids, it begins at the first one.
        """
        while True:
            began = time.monotonic()
            entries, is_reset = self._feed_page(training_job_name, endpoint_name, after, 100, _long_poll_seconds)
            after = 0 if is_reset else after
            for entry in entries:
                after = entry.id
                yield entry
            # One that is stopping returns at once.
            if time.monotonic() - began < 1:
                time.sleep(1)

    @overload
    def wait(self, what: Deployment, *, timeout: Duration = ..., progress: Progress = ...) -> Deployment: ...

    @overload
    def wait(self, what: Union[str, Run], *, timeout: Duration = ..., progress: Progress = ...) -> Run: ...

    def wait(
        self, what: Union[str, Run, Deployment], *, timeout: Duration = None, progress: Progress = None
    ) -> Union[Run, Deployment]:
        """Waits until a run or a deployment is over, and returns it when all is well: live, or trained where nothing is to be deployed.

        what: a run or its name, or a deployment.
        timeout: seconds, or "90s", "10m", "2h"; without one it waits as long as it takes.
        progress: True shows it in a notebook, as a bar on a terminal, and as a line for each change elsewhere (on stderr); False shows
            nothing; a function is called with what is seen, at each change. Left out: True on a terminal or in a notebook, else False.

        An API that restarts or is unreachable for up to 15 minutes is waited for. An interruption ends the waiting and not the run.

        Raises TrainingFailed, DeploymentFailed, Rejected, Superseded; NotOver at the time-out; ApiError, for instance `not_found`.
        """
        deadline = None if timeout is None else time.monotonic() + _seconds(timeout)
        name = what if isinstance(what, str) else what.training_job_name
        wanted = what.deployment_id if isinstance(what, Deployment) else None
        seen: Union[Run, Deployment, None] = None if isinstance(what, str) else what
        with _shown(progress) as show:
            while True:
                try:
                    seen = self._see(name, wanted, deadline)
                    show(seen)
                    if seen.is_over:
                        break
                    if deadline is not None and time.monotonic() >= deadline:
                        raise _not_over(name, seen)
                    self._await_change(name, seen, deadline)
                except (Unreachable, ApiError) as error:
                    passes = isinstance(error, Unreachable) or error.status in _retried
                    if deadline is None or time.monotonic() < deadline or not passes:
                        raise
                    raise _not_over(name, seen) from None
        outcome = _error_of(seen)
        if outcome is not None:
            raise outcome
        return seen

    def _see(self, name: str, deployment_id: Optional[str], deadline: Optional[float]) -> Union[Run, Deployment]:
        within = _outage_seconds if deadline is None else max(0.0, min(_outage_seconds, deadline - time.monotonic()))
        if deployment_id is None:
            return _make(Run, self._call("GET", f"/training-jobs/{_segment(name)}", within=within))._with(self)
        return _make(Deployment, self._call("GET", f"/deployments/{_segment(deployment_id)}", within=within))._with(self)

    def _await_change(self, name: str, seen: Union[Run, Deployment], deadline: Optional[float]) -> None:
        """Returns when the history of the run has a new entry, or after a while."""
        left = float(_long_poll_seconds) if deadline is None else deadline - time.monotonic()
        began = time.monotonic()
        if self._has_feed and left >= 1:
            after = max((one.id for one in seen.history), default=0)
            try:
                self._feed_page(name, None, after, 1, int(min(left, _long_poll_seconds)), patient=False)
            except ApiError as error:
                if error.status not in (404, *_retried):
                    raise
                self._has_feed = error.status != 404
            except Unreachable:
                # The next reading of the run is repeated for longer.
                pass
        least = 0.2 if self._has_feed else _poll_seconds
        time.sleep(max(0.0, min(least - (time.monotonic() - began), left)))

    def _feed(self, name: Optional[str], endpoint_name: Optional[str], after: int, limit: int) -> List[HistoryEntry]:
        return self._feed_page(name, endpoint_name, after, limit, None)[0]

    def _feed_page(
        self,
        name: Optional[str],
        endpoint_name: Optional[str],
        after: int,
        limit: int,
        wait: Optional[int],
        patient: bool = True,
    ) -> Tuple[List[HistoryEntry], bool]:
        """A page of GET /history, and whether `after` is of another database; of a service without it, what the run itself shows.

        patient: tried more than once, and in that other way.
        """
        query = _filters(training_job_name=name, endpoint_name=endpoint_name, after=after, limit=limit, wait=wait)
        try:
            within = None if patient else 0.0
            data = self._call("GET", "/history", query=query, timeout=self.timeout + (wait or 0), within=within)
        except ApiError as error:
            if error.status != 404 or not patient or name is None:
                raise
            if wait is not None:
                time.sleep(_poll_seconds)
            entries = [entry for entry in self.run(name).history if entry.id > after][:limit]
            for entry in entries:
                object.__setattr__(entry, "training_job_name", name)
            return entries, False
        return [_make(HistoryEntry, one) for one in data["items"]], data.get("reset") is True

    def _decide(self, deployment: Union[str, Deployment], verb: str, reason: Optional[str]) -> Deployment:
        deployment_id = deployment if isinstance(deployment, str) else deployment.deployment_id
        body = _without_none({"reason": reason})
        return _make(Deployment, self._call("POST", f"/deployments/{_segment(deployment_id)}/{verb}", body=body or None))._with(
            self
        )

    def _pages(self, path: str, query: Dict[str, str], limit: int) -> Iterator[Json]:
        """Pages of a list, until there are `limit` items."""
        cursor: Optional[str] = None
        while limit > 0:
            page = self._call("GET", path, query={**query, **_filters(limit=min(limit, _page_size), cursor=cursor)})
            yield page
            limit -= len(page["items"])
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    # HTTP.

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, str]] = None,
        body: Optional[Mapping[str, Any]] = None,
        headers: Optional[Mapping[str, str]] = None,
        timeout: Optional[float] = None,
        within: Optional[float] = None,
    ) -> Json:
        """A request with its retries: each of them may be repeated although the first may have arrived."""
        address = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        content = None if body is None else _to_json(body)
        deadline = time.monotonic() + (self.retry_seconds if within is None else within)
        pause = 0.25
        while True:
            wait: Optional[float] = None
            try:
                status, returned, text = self._send(method, address, content, headers or {}, timeout)
            except _Fault as fault:
                if fault.lasts or time.monotonic() + pause > deadline:
                    unsure = " (it may have arrived)" if fault.was_sent and method != "GET" else ""
                    raise Unreachable(f"{method} {self.url}{path}: {fault}{unsure}") from None
            else:
                if 200 <= status < 300:
                    return _parsed(text, f"{method} {self.url}{path}")
                problem = _problem(status, returned, text)
                wait = _retry_after(returned)
                if status not in _retried or time.monotonic() + (wait or pause) > deadline:
                    raise ApiError(status, problem, f"{method} {path}")
            time.sleep(wait if wait is not None else pause * random.uniform(0.75, 1.25))
            pause = min(pause * 2, 8.0)

    def _send(
        self, method: str, address: str, content: Optional[bytes], headers: Mapping[str, str], timeout: Optional[float]
    ) -> Tuple[int, Message, bytes]:
        """One attempt. Raises _Fault where there is no response."""
        request = Request(address, data=content, method=method)
        request.add_header("Accept", "application/json, application/problem+json")
        request.add_header("User-Agent", f"sagemaker-autodeploy-python/{__version__}")
        if content is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name, value)
        if self._key is not None:
            request.add_unredirected_header("Authorization", self._key.header())
        try:
            with self._opener.open(request, timeout=timeout or self.timeout) as response:
                return response.status, response.headers, response.read()
        except HTTPError as error:
            with error:
                try:
                    return error.code, error.headers, error.read()
                except (OSError, HTTPException):
                    return error.code, error.headers, b""
        except URLError as error:
            raise _fault_of(error.reason) from None
        except (OSError, HTTPException) as error:
            raise _fault_of(error) from None


_long_poll_seconds = 25
_page_size = 100
_poll_seconds = 2.0
_outage_seconds = 900.0
_retried = (408, 502, 503, 504)


def _once() -> Dict[str, str]:
    """A name for a request, by which its repetition changes nothing more."""
    return {"Idempotency-Key": str(uuid.uuid4())}


def _checked_url(url: str) -> str:
    rule = "AUTODEPLOY_URL must be an address like https://ml.example.com/model-init"
    try:
        parts = urlsplit(url.strip())
        is_address = parts.port is None or parts.port > 0
    except ValueError:
        # No port, or no IPv6 address.
        raise SettingsError(rule) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or not is_address:
        raise SettingsError(rule)
    if re.search(r"[\s\x00-\x1f\x7f]", url.strip()) or not parts.path.isascii():
        raise SettingsError(f"{rule}, without spaces")
    if parts.username is not None or parts.password is not None:
        raise SettingsError("AUTODEPLOY_URL must have no user and no password: the key belongs into AUTODEPLOY_API_KEY")
    return url.strip().rstrip("/")


def _read_key(key: Optional[str]) -> Optional[_Key]:
    text, source = (key, "key") if key is not None else (os.environ.get("AUTODEPLOY_API_KEY"), "AUTODEPLOY_API_KEY")
    file = os.environ.get("AUTODEPLOY_API_KEY_FILE", "").strip()
    if not text and file:
        source = "AUTODEPLOY_API_KEY_FILE"
        try:
            with open(file, encoding="utf-8") as opened:
                text = opened.read()
        except (OSError, UnicodeError) as error:
            words = error.strerror if isinstance(error, OSError) else "it is no text"
            raise SettingsError(f"AUTODEPLOY_API_KEY_FILE: {file} cannot be read: {words}") from None
    text = (text or "").strip()
    if text == "":
        return None
    if re.fullmatch(r"[!-~]+", text) is None:
        raise SettingsError(f"{source} must hold a key: visible ASCII characters without spaces")
    return _Key(text)


def _make_opener(url: str, ca_file: Optional[str]) -> OpenerDirector:
    parts = urlsplit(url)
    handlers: List[Any] = [_NoRedirects()]
    if parts.hostname in ("localhost", "::1") or re.fullmatch(r"127(\.\d+){3}", parts.hostname or ""):
        handlers.append(ProxyHandler({}))
    if parts.scheme == "https":
        handlers.append(HTTPSHandler(context=_tls(ca_file)))
    return build_opener(*handlers)


def _tls(ca_file: Optional[str]) -> ssl.SSLContext:
    """Verifies the certificate and the name. OpenSSL itself reads SSL_CERT_FILE and SSL_CERT_DIR."""
    trusted = ca_file or os.environ.get("REQUESTS_CA_BUNDLE", "").strip() or None
    if trusted is None:
        return ssl.create_default_context()
    try:
        if os.path.isdir(trusted):
            return ssl.create_default_context(capath=trusted)
        return ssl.create_default_context(cafile=trusted)
    except (OSError, ssl.SSLError):
        raise SettingsError(f"the certificates in {trusted} (ca_file, REQUESTS_CA_BUNDLE) cannot be read") from None


def _fault_of(error: object) -> _Fault:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _Fault(f"its certificate is not trusted: {error.verify_message}", was_sent=False, lasts=True)
    if isinstance(error, ConnectionRefusedError):
        return _Fault("nothing listens there: connection refused", was_sent=False)
    if isinstance(error, socket.gaierror):
        return _Fault(f"its name is not found: {error.strerror}", was_sent=False)
    if isinstance(error, (TimeoutError, socket.timeout)):
        return _Fault("no response in time", was_sent=True)
    words = getattr(error, "strerror", None) or type(error).__name__
    return _Fault(f"the connection broke: {words}", was_sent=True)


def _problem(status: int, headers: Message, content: bytes) -> Json:
    if 300 <= status < 400:
        place = urlsplit(headers.get("Location", ""))
        origin = f"{place.scheme}://{place.netloc.rpartition('@')[2]}" if place.netloc else "another path"
        return {"detail": f"the address redirects to {origin}; redirects are not followed: set AUTODEPLOY_URL to the final one"}
    try:
        problem = json.loads(content)
    except ValueError:
        problem = None
    if isinstance(problem, dict):
        return problem
    return {"detail": "the response is no JSON: is AUTODEPLOY_URL the address of the service, with its base path?"}


def _parsed(content: bytes, request: str) -> Json:
    try:
        data = json.loads(content)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise Unreachable(f"{request}: the response is no JSON object: is AUTODEPLOY_URL the address of the service?")
    return data


def _retry_after(headers: Message) -> Optional[float]:
    text = (headers.get("Retry-After") or "").strip()
    if text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (at - datetime.now(timezone.utc)).total_seconds()) if at.tzinfo else None


def _segment(name: str) -> str:
    if not name:
        raise SettingsError("a name must not be empty")
    return quote(name, safe="")


def _without_none(members: Mapping[str, Any]) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def _filters(**values: Any) -> Dict[str, str]:
    return {name: _parameter(name, value) for name, value in values.items() if value is not None}


def _parameter(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise SettingsError(f"{name} must say its time zone, as datetime.now(timezone.utc) does")
        return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, (str, int)):
        return str(value)
    return ",".join(value)


def _to_json(body: Mapping[str, Any]) -> bytes:
    """NumPy's scalars are numbers; NaN and infinities have no JSON."""

    def convert(value: Any) -> Any:
        if isinstance(value, Mapping):
            return dict(value)
        if isinstance(value, (tuple, set, frozenset)):
            return list(value)
        if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
            return value.item()
        raise SettingsError(f"a {type(value).__name__} cannot be sent: use strings, numbers and booleans")

    try:
        return json.dumps(body, allow_nan=False, default=convert).encode()
    except ValueError as error:
        if isinstance(error, SettingsError):
            raise
        raise SettingsError("NaN and infinities cannot be sent: use a string") from None


def _seconds(duration: Union[int, float, str]) -> float:
    if isinstance(duration, (int, float)):
        return float(duration)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?", duration.strip())
    if match is None:
        raise SettingsError(f'timeout must be seconds, or text like "90s", "10m", "2h", and is {duration!r}')
    return float(match[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, None: 1}[match[2]]


# --- What it comes to -----------------------------------------------------------------------------------------------


def _error_of(seen: Union[Run, Deployment]) -> Optional[OutcomeError]:
    """Why the end is no success; None where it is one."""
    if isinstance(seen, Deployment):
        kind = _errors.get(seen.status)
        return None if kind is None else kind(seen.sentence, None, seen)
    if seen.status != "completed":
        return TrainingFailed(seen.sentence, seen, None)
    kind = _errors.get(seen.deployment_status)
    # Its deployment would have been queued with its completion.
    if kind is None and seen.auto_deploy and seen.deployment_status == "none":
        kind = Rejected
    return None if kind is None else kind(seen.sentence, seen, seen.deployment)


_errors: Dict[str, Type[OutcomeError]] = {
    "failed": DeploymentFailed,
    "rolled_back": DeploymentFailed,
    "rejected": Rejected,
    "superseded": Superseded,
}


def _not_over(name: str, seen: Union[None, Run, Deployment]) -> NotOver:
    words = f"{name} is not over" if seen is None else f"not over: {seen.sentence}"
    run = seen if isinstance(seen, Run) else None
    deployment = seen if isinstance(seen, Deployment) else None if run is None else run.deployment
    return NotOver(f"{words} It continues.", run, deployment)


def _reason(text: Optional[str]) -> str:
    return f": {text.rstrip('.')}." if text else "."


def _run_sentence(run: Run) -> str:
    name = run.training_job_name
    if run.status == "requested":
        return f"{name} waits for its start at SageMaker."
    if run.status == "training":
        phase = f" ({run.secondary_status})" if run.secondary_status else ""
        return f"{name} is in training{phase}."
    if run.status == "failed":
        return f"The training {name} failed{_reason(run.failure_reason)}"
    if run.status == "stopped":
        return f"The training {name} was stopped{_reason(run.failure_reason)}"
    if run.status == "timed_out":
        return f"The training {name} was not over within the time limit; only its observation ended."
    if run.deployment is not None:
        return _deployment_sentence(run.deployment)
    if run.deployment_status == "none":
        return f"{name} is trained, and is not deployed" + (" since a stop was requested." if run.auto_deploy else ".")
    return f"{name} is trained; its deployment to {run.endpoint_name} is {_words(run.deployment_status)}."


def _deployment_sentence(one: Deployment) -> str:
    name, place = one.training_job_name, one.endpoint_name
    if one.status in ("queued", "in_progress") and one.waits_for is not None:
        detail = f" ({one.waits_for.detail})" if one.waits_for.detail else ""
        return f"{name} waits on its way to {place}: {_waits.get(one.waits_for.kind, one.waits_for.kind)}{detail}."
    if one.status == "queued":
        return f"{name} waits for its turn on {place}."
    if one.status == "awaiting_approval":
        until = "" if one.approval is None else f" until {_clock(one.approval.expires_at)}"
        return f"{name} awaits the approval of a person{until}: deployment {one.deployment_id}."
    if one.status == "in_progress":
        percent = None if one.rollout is None else one.rollout.traffic_percent
        traffic = "" if percent is None else f", {percent:g} % of the traffic"
        return f"{name} is on its way to {place}: {_steps.get(one.step or '', _words(one.step or ''))}{traffic}."
    if one.status == "deployed":
        since = f" at {_clock(one.finished_at)}" if one.finished_at else ""
        return f"{name} went live on {place}{since}."
    if one.status == "rolled_back":
        return f"{place} serves the old model, not {name}{_reason(one.failure_reason)}"
    if one.status == "superseded":
        newer = f", {one.superseded_by}," if one.superseded_by else ""
        return f"A newer training{newer} went live on {place} before {name}."
    if one.status == "rejected":
        return f"{name} was turned down for {place}{_reason(one.failure_reason)}"
    return f"The deployment of {name} to {place} {_words(one.status)}{_reason(one.failure_reason)}"


_waits = {
    "turn": "another deployment goes first",
    "hold": "the endpoint is held",
    "approval": "a person has to decide",
    "alarm": "an alarm is on",
    "endpoint": "SageMaker changes the endpoint",
    "bake": "SageMaker watches the alarms",
    "sagemaker": "SageMaker returned an error, which is retried",
}
_steps = {
    "gate": "the gate compares metrics",
    "model": "the model is created",
    "endpoint_config": "the endpoint configuration is created",
    "endpoint": "the endpoint is changed",
    "in_service": "the endpoint comes into service",
    "verify": "the endpoint is verified",
    "revert": "the endpoint goes back",
}


def _words(status: str) -> str:
    return status.replace("_", " ")


def _status_of(run: Run) -> str:
    return run.status if run.status != "completed" or run.deployment_status == "none" else run.deployment_status


def _clock(at: Optional[datetime]) -> str:
    """Local time with its zone."""
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def _printable(text: str) -> str:
    """A terminal executes some control characters."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)


# --- Progress -------------------------------------------------------------------------------------------------------


class _Display:
    """Where progress is shown."""

    def show(self, seen: Union[Run, Deployment]) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing more comes."""


class _Lines(_Display):
    """A line for each change."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._last = ""

    def show(self, seen: Union[Run, Deployment]) -> None:
        sentence = _printable(seen.sentence)
        if sentence == self._last:
            return
        self._last = sentence
        self._out.write(f"{datetime.now().strftime('%H:%M:%S')}  {sentence}\n")
        self._out.flush()


class _Bar(_Display):
    """One line that is drawn over: how far it has come."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._line = ""

    def show(self, seen: Union[Run, Deployment]) -> None:
        done, of = _progress_of(seen)
        filled = round(_bar_width * done / of)
        bar = "#" * filled + "-" * (_bar_width - filled)
        line = _printable(f"[{bar}] {seen.sentence}")
        try:
            columns = os.get_terminal_size(self._out.fileno()).columns
        except (OSError, ValueError):
            columns = 80
        # A line that wraps cannot be drawn over.
        self._line = line if len(line) < columns or columns < 20 else line[: columns - 2] + "…"
        self._out.write(f"\r\x1b[K{self._line}")
        self._out.flush()

    def close(self) -> None:
        if self._line:
            self._out.write("\n")
            self._out.flush()


class _Notebook(_Display):
    """One output of the cell, which is updated."""

    def __init__(self) -> None:
        from IPython.display import HTML, display  # type: ignore[import-not-found,unused-ignore]

        self._html = HTML
        self._handle = display(HTML(""), display_id=True)

    def show(self, seen: Union[Run, Deployment]) -> None:
        done, of = _progress_of(seen)
        # Unlike a bar of colors, the element follows the theme of the notebook.
        bar = f'<progress value="{done}" max="{of}" style="width:100%" aria-label="progress"></progress>'
        self._handle.update(self._html(f"{'' if seen.is_over else bar}{seen._repr_html_()}"))


class _Function(_Display):
    def __init__(self, function: Callable[[Any], None]) -> None:
        self._function = function
        self._last: Any = None

    def show(self, seen: Union[Run, Deployment]) -> None:
        if self._last is None or self._last.raw != seen.raw:
            self._last = seen
            self._function(seen)


_bar_width = 20
_phases = ["requested", "Starting", "Downloading", "Training", "Uploading"]
_step_order = ["queued", "gate", "model", "endpoint_config", "endpoint", "in_service", "verify", "live"]


def _progress_of(seen: Union[Run, Deployment]) -> Tuple[int, int]:
    """How many of the steps are done, of how many. The time of a training is not known before its end."""
    deployment = seen if isinstance(seen, Deployment) else seen.deployment
    phases = 0 if isinstance(seen, Deployment) else len(_phases)
    steps = len(_step_order) - 1 if deployment is not None or (isinstance(seen, Run) and seen.auto_deploy) else 0
    of = max(phases + steps, 1)
    if seen.is_over:
        return of, of
    if deployment is not None:
        step = "queued" if deployment.status in ("queued", "awaiting_approval") else deployment.step or "queued"
        return phases + (_step_order.index(step) if step in _step_order else 0), of
    assert isinstance(seen, Run)
    phase = seen.secondary_status or ""
    done = {"completed": len(_phases), "requested": 0}.get(seen.status)
    return (_phases.index(phase) if phase in _phases else 1) if done is None else done, of


def _in_notebook() -> bool:
    """Whether a kernel runs this. IPython is not imported for it."""
    module = sys.modules.get("IPython")
    shell = None if module is None else module.get_ipython()
    return shell is not None and type(shell).__name__ not in ("TerminalInteractiveShell", "InteractiveShellEmbed")


def _display_for(progress: Progress) -> Optional[_Display]:
    if callable(progress):
        return _Function(progress)
    terminal = hasattr(sys.stderr, "isatty") and sys.stderr.isatty()
    notebook = _in_notebook()
    if progress is False or (progress is None and not terminal and not notebook):
        return None
    if notebook:
        return _Notebook()
    simple = os.environ.get("TERM", "dumb") == "dumb" or bool(os.environ.get("AUTODEPLOY_ACCESSIBLE"))
    return _Bar(sys.stderr) if terminal and not simple else _Lines(sys.stderr)


@contextmanager
def _shown(progress: Progress) -> Iterator[Callable[[Union[Run, Deployment]], None]]:
    display = _display_for(progress)
    try:
        yield (lambda _seen: None) if display is None else display.show
    finally:
        if display is not None:
            display.close()


# --- HTML of notebooks ----------------------------------------------------------------------------------------------
# Everything of the service is escaped. No color is set but that of the theme, so that light and dark both stay readable.


def _h(text: object) -> str:
    return escape("" if text is None else str(text))


def _b(text: object) -> str:
    return f"<b>{_h(text)}</b>"


_marks = {
    "deployed": "✓",
    "completed": "✓",
    "failed": "✗",
    "rolled_back": "↩",
    "rejected": "✗",
    "superseded": "⇥",
    "stopped": "■",
    "timed_out": "■",
    "awaiting_approval": "?",
}


def _badge(status: str) -> str:
    style = "border:1px solid currentColor;border-radius:1em;padding:0 .6em;white-space:nowrap"
    return f'<span style="{style}">{_marks.get(status, "…")} {_h(_words(status))}</span>'


def _metrics(metrics: Optional[Mapping[str, float]]) -> str:
    return "<br>".join(f"{_h(name)} <b>{value:g}</b>" for name, value in sorted((metrics or {}).items()))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = "".join(f'<th style="text-align:left">{_h(one)}</th>' for one in head)
    body = "".join("<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in row) + "</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{cells}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"


def _card(title: str, status: str, sentence: str, rows: Iterable[Tuple[str, str]], link: str) -> str:
    name = f'<a href="{_h(link)}" target="_blank" rel="noopener"><b>{_h(title)}</b></a>' if link else _b(title)
    table = _table([], [[_h(label), value] for label, value in rows if value])
    return f"<div>{name} {_badge(status)}<br>{_h(sentence)}{table}</div>"


def _gate_html(gate: Optional[Gate]) -> str:
    if gate is None:
        return ""
    rules = "".join(f"<br>{_h(one.metric)} {_h(one.rule)}: {_h(_words(one.verdict))}, {_h(one.reason)}" for one in gate.rules)
    return _b(_words(gate.verdict)) + rules


def _deployment_rows(one: Optional[Deployment]) -> List[Tuple[str, str]]:
    if one is None:
        return []
    asks = one.approval
    return [
        ("deployment", _h(one.deployment_id)),
        ("gate", _gate_html(one.gate)),
        ("approval", "" if asks is None else _h(" ".join(filter(None, [asks.status, asks.by and f"by {asks.by}", asks.reason])))),
        (
            "verification",
            "" if one.verification is None else "<br>".join(map(_h, [one.verification.status, *one.verification.failures])),
        ),
    ]


def _run_html(run: Run) -> str:
    rows = [
        ("endpoint", _h(run.endpoint_name)),
        ("metrics", _metrics(run.metrics)),
        ("artifact", _h(run.model_artifact)),
        ("started", _h(_clock(run.created_at))),
        ("ended", _h(_clock(run.finished_at))),
        *_deployment_rows(run.deployment),
    ]
    return _card(run.training_job_name, _status_of(run), run.sentence, rows, _console(run, f"runs/{quote(run.name, safe='')}"))


def _deployment_html(one: Deployment) -> str:
    rows = [("endpoint", _h(one.endpoint_name)), ("reason", _h(one.reason)), *_deployment_rows(one)]
    link = _console(one, f"runs/{quote(one.training_job_name, safe='')}")
    return _card(one.training_job_name, one.status, one.sentence, rows, link)


def _endpoint_html(endpoint: Endpoint) -> str:
    live = endpoint.live
    held = endpoint.held
    sentence = (
        "Nothing of this service is live."
        if live is None
        else f"{live.training_job_name} is live since {_clock(endpoint.live_since)}."
    )
    if held is not None:
        sentence += f" Held{f' by {held.by}' if held.by else ''}{_reason(held.reason)}"
    rows = [
        ("in progress", "" if endpoint.in_progress is None else _h(endpoint.in_progress.sentence)),
        ("waiting", "<br>".join(_h(one.sentence) for one in endpoint.waiting)),
        ("former", "<br>".join(_h(f"{one.training_job_name}, {_clock(one.finished_at)}") for one in endpoint.former)),
    ]
    status = "held" if held is not None else "none" if live is None else "deployed"
    return _card(
        endpoint.endpoint_name, status, sentence, rows, _console(endpoint, f"endpoints/{quote(endpoint.endpoint_name, safe='')}")
    )


def _console(one: _Bound, path: str) -> str:
    return "" if one._client is None else f"{one._client.url}/console/{path}"
