"""The names that people may rely on. A name more is a promise more: add it here by intention."""

_NAMES = {
    "colorlab": "Colorizer Hint InputError colorize load_pretrained suggest",
    "colorlab.color": "grey lab_to_srgb recombine srgb_to_lab",
    "colorlab.configuration": "Configuration",
    "colorlab.course": "load",
    "colorlab.course.exercises": "load",
    "colorlab.datasets": "PictureTable Splits scan split",
    "colorlab.evaluation": "Evaluation evaluate",
    "colorlab.export": "export_run export_web",
    "colorlab.images": "read_image save_image to_grey",
    "colorlab.inference": "Archive Session Settings colorize_all palette_of plan "
    "read_hints write_hints",
    "colorlab.losses": "log_cosh",
    "colorlab.metrics": "ciede2000 colorfulness psnr score ssim",
    "colorlab.networks": "build_network",
    "colorlab.plots": "ab_histogram result_grid training_curves",
    "colorlab.restoration": "fill find_scratches remove_scratches",
    "colorlab.training": "Batches Run train",
}
ALL = {f"{module}.{name}" for module, names in _NAMES.items() for name in names.split()}

# The public data sets have a page of their own, which shows their whole package.
APART = "colorlab.datasets.public."
