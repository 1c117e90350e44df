"""Stand-ins for encoder and decoder that are compiled in a second and not in ten."""

import keras


def tiny_encode(grey, version):
    """Stand in for EfficientNet, with one block a stage."""
    x, features = grey, []
    for stage, stride in ((1, 2), (2, 2), (3, 2), (5, 2), (7, 2)):
        name = f"block{stage}a"
        x = keras.layers.Conv2D(6, 3, stride, "same", name=f"{name}_conv")(x)
        x = keras.layers.BatchNormalization(synchronized=True, name=f"{name}_bn")(x)
        features.append(keras.layers.ReLU(name=f"{name}_relu")(x))
    return features


def tiny_decode(features, hints, target, filters):
    """Stand in for the decoder: features of stride 4, hints, and the means of coarser features."""
    layers = keras.layers
    x = layers.Concatenate(name="decoder_concatenate")([features[0], hints])
    for level, coarse in enumerate(features[1:]):
        mean = layers.GlobalAveragePooling2D(keepdims=True, name=f"decoder_mean{level}")(coarse)
        mean = layers.Conv2D(x.shape[-1], 1, name=f"decoder_conv{level}")(mean)
        x = layers.Add(name=f"decoder_add{level}")([x, mean])
    x = layers.BatchNormalization(synchronized=True, name="decoder_bn")(x)
    return layers.Conv2D(227, 1, name="classes")(x)
