from colorlab.networks.registry import build_network as build_network
from colorlab.networks.unet import build_unet as build_unet
