from colorlab.networks.registry import build_network as build_network
