"""The names that people may rely on. A name more is a promise more: add it here by intention."""

_NAMES = {
    "colorlab": "Colorizer Hint InputError colorize load_pretrained suggest",
    "colorlab.color": "grey in_gamut lab_to_srgb levels_to_signed recombine replace_luma "
    "signed_to_levels srgb_to_lab",
    "colorlab.configuration": "Configuration",
    "colorlab.course": "load",
    "colorlab.course.exercises": "load",
    "colorlab.datasets": "PictureTable Splits scan split",
    "colorlab.datasets.toy": "paint write_folder",
    "colorlab.evaluation": "Evaluation evaluate mean_ab paint_ab",
    "colorlab.export": "export_run export_web",
    "colorlab.images": "read_image resize save_image standardize to_grey",
    "colorlab.inference": "Archive Session Settings colorize_all palette_of plan "
    "read_hints write_hints",
    "colorlab.losses": "AbCrossEntropy AbDistance log_cosh",
    "colorlab.metrics": "ciede2000 colorfulness psnr score ssim",
    "colorlab.networks": "build_network",
    "colorlab.plots": "ab_histogram category_sheet result_grid training_curves",
    "colorlab.restoration": "fill find_scratches remove_scratches",
    "colorlab.training": "Batches Run compile_network load_network to_network train",
}
ALL = {f"{module}.{name}" for module, names in _NAMES.items() for name in names.split()}

# The public data sets have a page of their own, which shows their whole package.
APART = "colorlab.datasets.public."
