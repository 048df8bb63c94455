"""Which answers does a store remember? The last few hundred, for any thread."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

_KEPT_ANSWERS = 256


class KeptAnswers:
    """Answers by question, up to a number of them, the least recent forgotten first."""

    def __init__(self, largest: int = _KEPT_ANSWERS) -> None:
        self._largest = largest
        self._answers: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.Lock()

    def known[Answer](self, question: Hashable, kind: type[Answer]) -> Answer | None:
        """Return the answer of type `kind` to a question, None when it is not remembered."""
        with self._lock:
            answer = self._answers.get(question)
            if not isinstance(answer, kind):
                return None
            self._answers.move_to_end(question)
            return answer

    def get[Answer](self, question: Hashable, kind: type[Answer], answer: Callable[[], Answer]) -> Answer:
        """Return the answer of type `kind` to a question, found by `answer` when it is not remembered."""
        known = self.known(question, kind)
        if known is not None:
            return known
        found = answer()
        with self._lock:
            self._answers[question] = found
            while len(self._answers) > self._largest:
                self._answers.popitem(last=False)
        return found
