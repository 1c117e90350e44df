"""The folder of a training run: its settings, log and weights, from which it can be resumed.

Keras is not imported here, so reading a run takes no time.

Taught in :doc:`/notebooks/04_training`.
"""

import json
import os
import pathlib

from colorlab.atomic import write_text_atomic
from colorlab.configuration import Configuration
from colorlab.errors import InputError
from colorlab.liveness import remove_leftovers

__all__ = ["Run"]

_RECORD, _LOG = "config.json", "log.jsonl"
_BEST, _LAST = "best.weights.h5", "last.weights.h5"
_FREQUENCIES, _EVALUATION = "bin_frequencies.json", "evaluation.json"
_FEATURES = "features"
_EXPECTED = "expected a folder that `colorlab train` wrote"


class Run:
    """The folder of a training run; it alone knows the names of its files.

    Parameters
    ----------
    folder : path-like
        It need not exist yet.

    Attributes
    ----------
    folder : pathlib.Path
    best_weights : pathlib.Path
        The network after the epoch of the lowest validation loss.
    last_weights : pathlib.Path
        Network and optimizer after the last whole epoch.
    bin_frequencies : pathlib.Path
        How often each ab bin occurs in the training pictures, for losses that ask for it.
    features : pathlib.Path
        Folder of the encoder's features, as long as it is frozen.
    evaluation : pathlib.Path
        What `colorlab evaluate` writes.

    Examples
    --------
    >>> Run("runs/first").best_weights.name
    'best.weights.h5'
    >>> Run("no/such/run").configuration
    Traceback (most recent call last):
    colorlab.errors.InputError: no/such/run: no such run; expected a folder that ...
    """

    def __init__(self, folder: str | os.PathLike):
        self.folder = pathlib.Path(folder)
        self.best_weights = self.folder / _BEST
        self.last_weights = self.folder / _LAST
        self.bin_frequencies = self.folder / _FREQUENCIES
        self.features = self.folder / _FEATURES
        self.evaluation = self.folder / _EVALUATION
        self._record, self._log = self.folder / _RECORD, self.folder / _LOG

    @property
    def name(self) -> str:
        """The folder's own name, also where it was given as ``.``."""
        return self.folder.resolve().name

    @property
    def configuration(self) -> Configuration:
        """The settings that the run was started with.

        Raises
        ------
        InputError
            If the folder is missing, or is not a run.
        """
        return Configuration.from_dict(self.read_record()["configuration"])

    def read_record(self) -> dict:
        """Read the record of the run.

        Returns
        -------
        dict
            ``configuration``, ``data``, ``versions``; ``start`` where it began with the weights of
            another; ``devices``, a list with those of each ``first_epoch``; ``categories`` with the
            share of an epoch of each, where they are not drawn alike; ``frozen_phase``, what was
            cached while the encoder was frozen.

        Raises
        ------
        InputError
            If the folder is missing, or is not a run.
        """
        if not self.folder.is_dir():
            raise InputError(f"{self.folder}: no such run; {_EXPECTED}")
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
            Configuration.from_dict(record["configuration"])
            return record
        except FileNotFoundError:
            raise InputError(f"{self.folder}: is not a run (no {_RECORD}); {_EXPECTED}") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = "a setting is missing" if isinstance(error, KeyError) else error
            raise InputError(f"{self._record}: is not a run's record ({reason})") from None

    def read_log(self, until: int | None = None) -> list[dict]:
        """Read the log.

        Parameters
        ----------
        until : int, optional
            The last epoch to be read, after which weights were saved; by default all.

        Returns
        -------
        list of dict
            One per epoch: ``epoch`` (from 1), ``loss``, ``val_loss``, ``seconds``,
            ``pictures_per_second``, ``learning_rate``; where the encoder is frozen at first,
            ``phase``: ``decoder`` as long as it alone learns, then ``network``.

        Raises
        ------
        InputError
            If there is no log, a line is damaged, or it ends before that epoch.
        """
        try:
            rows = [json.loads(line) for line in self._log.read_text("utf-8").splitlines()]
        except FileNotFoundError:
            raise InputError(f"{self.folder}: has no {_LOG}; {_EXPECTED}") from None
        except ValueError as error:
            raise InputError(f"{self._log}: is damaged ({error})") from None
        if len(rows) < (until or 0):
            raise InputError(
                f"{self._log}: ends before epoch {until}, after which the weights were saved; "
                "start a new run"
            )
        return rows[:until]

    def write_log(self, rows: list[dict]) -> None:
        """Write the log anew.

        Parameters
        ----------
        rows : list of dict
            As :meth:`read_log` returns them.
        """
        write_text_atomic(self._log, "".join(json.dumps(row) + "\n" for row in rows), True)

    def open(self, record: dict) -> None:
        """Begin a run in the folder, or check that the folder holds the same run.

        Parameters
        ----------
        record : dict
            ``configuration``, ``data``, ``versions``, and ``start`` where the run begins with the
            weights of another; what :meth:`read_record` then returns.

        Raises
        ------
        InputError
            If the folder holds anything else, or cannot be written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            remove_leftovers(self.folder)
            if not self._record.exists():
                foreign = next((each.name for each in self.folder.iterdir()), None)
                if foreign is not None:
                    raise InputError(
                        f"{self.folder}: holds other files ({foreign}); choose a new or an empty "
                        "folder"
                    )
                self._write_record(record)
                return
        except OSError as error:
            raise InputError(
                f"{self.folder}: cannot be used for a run ({error.strerror})"
            ) from None
        known = self.read_record()
        self._require_same(known, record)
        if not self.last_weights.exists():
            self._write_record(record)  # nothing has been learnt yet: it begins anew
        elif known["configuration"] != record["configuration"]:
            self._write_record({**known, "configuration": record["configuration"]})

    def note_devices(self, epoch: int, devices: dict) -> dict | None:
        """Record which devices a run uses from an epoch on.

        Parameters
        ----------
        epoch : int
            From 1.
        devices : dict
            ``kind``, ``count`` and ``batch_size_per_device``.

        Returns
        -------
        dict or None
            Those before, if they were others.
        """
        record = self.read_record()
        # What was used from this epoch on came to nothing.
        used = [each for each in record.get("devices", []) if each["first_epoch"] < epoch]
        before = {name: used[-1][name] for name in devices} if used else None
        if before != devices:
            used.append({"first_epoch": epoch, **devices})
        self.note("devices", used)
        return None if before == devices else before

    def note(self, name: str, facts: dict | list) -> None:
        """Add facts to the record.

        Parameters
        ----------
        name : str
        facts : dict or list
        """
        record = self.read_record()
        if record.get(name) != facts:
            self._write_record({**record, name: facts})

    def _write_record(self, record):
        write_text_atomic(self._record, json.dumps(record, indent=2) + "\n", overwrite=True)

    def _require_same(self, known, record):
        """Refuse other settings, other pictures, and the weights of another run."""
        settings = Configuration.from_dict(known["configuration"]).to_dict()
        for name, value in record["configuration"].items():
            # More epochs only carry the run further, unless its schedule counts on their number.
            further = name == "epochs" and settings["schedule"] == "constant"
            further = further or name == "devices"  # which divide the same batches
            if not further and settings[name] != value:
                raise InputError(
                    f"{self.folder}: holds a run with {name} = {settings[name]}, now {value}; "
                    "choose another folder, or the same settings to continue"
                )
        if known.get("data") != record["data"]:
            raise InputError(
                f"{self.folder}: holds a run on other pictures; choose another folder, or the same "
                "pictures to continue"
            )
        begun, begins = (each.get("start") or {"run": None} for each in (known, record))
        if begun["run"] != begins["run"]:
            raise InputError(
                f"{self.folder}: holds a run with start = {begun['run']}, now {begins['run']}; "
                "choose another folder, or the same start to continue"
            )
