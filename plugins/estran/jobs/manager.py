"""The process manager that pygeoapi loads: it checks a request, then hands it to the engine.

In the configuration: `server.manager.name: estran.jobs.manager.ProcessManager`. Optional keys beside it:
`connection`, the path of the SQLite file that holds the jobs, and `config`, the path of the configuration
file, which the configuration reader gives. Without them, jobs live in memory and settings are the defaults.
"""

import json
import uuid
from pathlib import Path
from typing import Any

from pygeoapi.process.base import BaseProcessor
from pygeoapi.process.manager.base import BaseManager
from pygeoapi.util import (
    JobStatus,
    ProcessExecutionMode,
    RequestedProcessExecutionMode,
    RequestedResponse,
    Subscriber,
)

from estran.carbon.errors import EstranError
from estran.jobs.answer import JSON, Answer
from estran.jobs.engine import Engine, EngineKey, open_engine
from estran.jobs.errors import Refusal, UnknownProcess
from estran.jobs.preferences import current_preferences
from estran.jobs.store import Job
from estran.jobs.validation import check_inputs, check_outputs, check_response
from estran.jobs.worker import Request
from estran.layers.settings import Bilingual, JobSettings
from estran.layers.territory import read_territory

_MESSAGES = {
    "accepted": Bilingual(en="waiting for a worker", fr="en attente"),
    "running": Bilingual(en="under way", fr="en cours"),
    "successful": Bilingual(en="done", fr="terminé"),
    "dismissed": Bilingual(en="dismissed", fr="abandonné"),
}


class ProcessManager(BaseManager):  # type: ignore[misc]
    """Validation, a bounded queue, worker processes, and jobs whose states are true.

    Building one costs nothing: workers and store are opened at the first use, once for all the managers
    of a configuration in a process.
    """

    def __init__(self, manager_def: dict[str, Any]) -> None:
        super().__init__(manager_def)
        self.is_async = True
        self._config: str | None = manager_def.get("config")

    def start(self) -> None:
        """Open the store and start the workers, so that the first execution finds them ready."""
        self._engine().pool.start()

    def state(self) -> dict[str, int]:
        """Return how many workers are alive and loaded, out of how many; how many executions wait for one."""
        return self._engine().pool.state()

    @property
    def is_loading(self) -> bool:
        """True from `start()` until the first execution would find its worker ready."""
        return self._engine().pool.is_loading

    def execute_process(
        self,
        process_id: str,
        data_dict: dict[str, Any],
        execution_mode: RequestedProcessExecutionMode | None = None,
        requested_outputs: dict[str, Any] | None = None,
        subscriber: Subscriber | None = None,
        requested_response: str = RequestedResponse.raw.value,
    ) -> tuple[str, str, bytes | None, JobStatus, dict[str, str]]:
        """Execute a process now, or accept it as a job.

        Returns:
            Job identifier (of a job only when it is accepted), media type, bytes, state, HTTP headers.

        Raises:
            Refusal: the request is wrong, or has no result; it says why in two languages.
        """
        try:
            processor = self._known_processor(process_id)
            request = self._request(
                process_id, processor, data_dict, requested_outputs, requested_response, subscriber
            )
            if _is_asynchronous(processor, execution_mode):
                identifier = self._engine().start_job(process_id, request)
                headers = {"Preference-Applied": RequestedProcessExecutionMode.respond_async.value}
                return identifier, JSON, None, JobStatus.accepted, headers | {"Content-Type": JSON}
            answer = self._engine().run(request)
        except EstranError as error:
            raise Refusal(error) from error
        headers = {"Content-Type": answer.sent_as}
        if execution_mode == RequestedProcessExecutionMode.wait:
            headers["Preference-Applied"] = RequestedProcessExecutionMode.wait.value
        return request.job_id, answer.sent_as, answer.body, JobStatus.successful, headers

    def get_jobs(
        self, status: JobStatus | None = None, limit: int | None = None, offset: int | None = None
    ) -> dict[str, Any]:
        """Return an empty list: whoever knows a job's identifier may read it, so none is listed."""
        del status, limit, offset
        return {"jobs": [], "numberMatched": 0}

    def get_job(self, job_id: str) -> dict[str, Any]:
        """Return the state of a job as pygeoapi wants it.

        Raises:
            UnknownJob: there is no such job.
        """
        job = self._engine().read_job(job_id)
        return {
            "identifier": job.id,
            "process_id": job.process,
            "status": job.status,
            "message": _message(job),
            "progress": job.progress,
            "created": job.created,
            "started": job.started,
            "finished": job.finished,
            "updated": job.updated,
            "mimetype": job.media_type or JSON,
        }

    def get_job_result(self, job_id: str) -> tuple[str, bytes]:
        """Return the media type and the bytes of a job's result.

        Raises:
            UnknownJob: there is no such job.
            ResultNotReady: it has not ended.
            JobDismissed: it was dismissed.
            EstranError: it failed, and this is why.
        """
        answer = self.read_answer(job_id)
        return answer.sent_as, answer.body

    def read_answer(self, job_id: str) -> Answer:
        """Return a job's result, or raise as `get_job_result` does."""
        return self._engine().read_answer(job_id)

    def delete_job(self, job_id: str) -> bool:
        """Stop a job that has not ended, forget one that has.

        Raises:
            UnknownJob: there is no such job.
        """
        self._engine().dismiss(job_id)
        return True

    def _known_processor(self, process_id: str) -> BaseProcessor:
        if process_id not in self.processes:
            known = ", ".join(self.processes)
            raise UnknownProcess(
                f"unknown process {process_id!r}; choose from {known}",
                f"processus inconnu : {process_id!r} ; choisissez parmi {known}",
                where="processId",
            )
        return self.get_processor(process_id)

    def _request(
        self,
        process_id: str,
        processor: BaseProcessor,
        inputs: object,
        outputs: object,
        response: object,
        subscriber: object,
    ) -> Request:
        declared = processor.metadata.get("outputs", {})
        as_document = check_response(response, subscriber)
        requested = check_outputs(outputs, declared)
        media_type = current_preferences().media_type
        if requested is None and media_type is not None and len(declared) == 1:
            requested = {next(iter(declared)): {"format": {"mediaType": media_type}}}
        return Request(
            job_id=str(uuid.uuid4()),
            definition=_definition(self.processes[process_id]),
            inputs=check_inputs(processor, inputs),
            outputs=requested,
            as_document=as_document,
        )

    def _engine(self) -> Engine:
        settings = JobSettings()
        store = Path(self.connection) if self.connection else None
        if self._config is not None:
            territory = read_territory(Path(self._config))
            settings = territory.settings.jobs
            folder = territory.directory.with_name(f"{territory.directory.name}-jobs")
            store = territory.config_path.parent / store if store else folder / "jobs.sqlite"
        definitions = tuple(_definition(process) for process in self.processes.values())
        return open_engine(EngineKey(store, settings, definitions))


def _definition(process: dict[str, Any]) -> str:
    return json.dumps(process["processor"], sort_keys=True, default=str)


def _is_asynchronous(processor: BaseProcessor, mode: RequestedProcessExecutionMode | None) -> bool:
    """Tell how to execute: pygeoapi offers every process as a job once the manager can run jobs."""
    if mode == RequestedProcessExecutionMode.respond_async:
        return True
    sync = ProcessExecutionMode.sync_execute.value
    return sync not in processor.metadata.get("jobControlOptions", [sync])


def _message(job: Job) -> str:
    language = current_preferences().language
    if job.failure is not None:
        return job.failure.message(language)
    return job.step or _MESSAGES[job.status].text(language)
