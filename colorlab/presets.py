"""Settings that belong together, by name.

Taught in :doc:`/notebooks/04_training`.
"""

__all__ = ["PRESETS"]

#: What each preset sets otherwise than the defaults of
#: :class:`colorlab.configuration.Configuration`.
PRESETS: dict[str, dict] = {
    "ab": {},
    "ab_bins": {"target": "ab_bins"},
    "efficientnet": {
        "network": "efficientnet",
        "target": "ab_bins",
        "loss": "ab_cross_entropy_and_distance",
        "encoder_weights": "imagenet",
        # First the decoder alone, then the encoder from stride 8 on too, with smaller steps.
        "frozen_epochs": 16,
        "frozen_stages": 3,
        "encoder_rate": 0.1,
        "image_size": 160,
        "batch_size": 16,
        "learning_rate": 1e-3,
        "class_rebalancing": 0.3,
        "ema_momentum": 0.998,
    },
    # As published: humblefool01, Image-Colourization, 2019.
    "recipe": {
        "target": "rgb",
        "image_size": 256,
        "filters": (64, 64, 128, 256, 256, 512, 512),
        "dropout_rate": 0.3,
        "learning_rate": 1e-2,
        "beta_1": 0.5,
        "weight_decay": 0.0,
        "warmup_epochs": 0.0,
        "schedule": "constant",
        "ema_momentum": 0.0,
        "normalization_momentum": 0.99,
        "min_crop_area": 1.0,
    },
}


_LITE0 = {"encoder_version": 0}
PRESETS["efficientnet_small"] = {**PRESETS["efficientnet"], **_LITE0}
# For painted pictures, and for minutes: what the course trains.
PRESETS["efficientnet_course"] = {
    **PRESETS["efficientnet_small"],
    "filters": (24, 32, 48, 64),
    "image_size": 96,
    # In so few epochs the encoder stays as it is, and features on disk would save nothing.
    "epochs": 3,
    "frozen_epochs": 0,
    "frozen_stages": 7,
    "learning_rate": 3e-3,
    "ema_momentum": 0.9,
}
