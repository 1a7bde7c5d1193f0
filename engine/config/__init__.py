"""The configuration: ``settings`` has what can be set, ``accepts`` the values that each setting
takes, ``load`` reads them from ``config.toml`` and the environment."""

from __future__ import annotations

from engine.config.load import load_config
from engine.config.settings import Config

__all__ = ["Config", "load_config"]
