"""Calibration: free parameters against the evidence, and the posterior sample that comes of it."""

from ivigabm.experiments.calibration.ask import Calibration, calibrate
from ivigabm.experiments.calibration.plan import CalibrationPlan
from ivigabm.experiments.calibration.posterior import Posterior, read_posterior

__all__ = ["Calibration", "CalibrationPlan", "Posterior", "calibrate", "read_posterior"]
