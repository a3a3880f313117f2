"""Networks in PyTorch alone, under the names that model files give their parts."""

import math

import torch
from torch import nn
from torch.nn import functional


class BertAttention(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.self = nn.ModuleDict(
            {name: nn.Linear(width, width) for name in ("query", "key", "value")}
        )
        self.output = nn.ModuleDict(
            {"dense": nn.Linear(width, width), "LayerNorm": nn.LayerNorm(width, eps=1e-12)}
        )

    def forward(self, x, mask):
        def split(y):
            return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        attended = functional.scaled_dot_product_attention(
            split(self.self["query"](x)),
            split(self.self["key"](x)),
            split(self.self["value"](x)),
            attn_mask=mask,
            dropout_p=self.dropout if self.training else 0.0,
        )
        y = self.output["dense"](attended.transpose(1, 2).flatten(2))
        return self.output["LayerNorm"](x + functional.dropout(y, self.dropout, self.training))


class BertLayer(nn.Module):
    def __init__(self, width, heads, inner, dropout):
        super().__init__()
        self.dropout = dropout
        self.attention = BertAttention(width, heads, dropout)
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, inner)})
        self.output = nn.ModuleDict(
            {"dense": nn.Linear(inner, width), "LayerNorm": nn.LayerNorm(width, eps=1e-12)}
        )

    def forward(self, x, mask):
        x = self.attention(x, mask)
        y = self.output["dense"](functional.gelu(self.intermediate["dense"](x)))
        return self.output["LayerNorm"](x + functional.dropout(y, self.dropout, self.training))


class Bert(nn.Module):
    """Gives the first token's output, through the pooler."""

    def __init__(self, width, layers, heads, inner, vocabulary=30522, positions=512, dropout=0.1):
        super().__init__()
        self.dropout = dropout
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": nn.Embedding(vocabulary, width, padding_idx=0),
                "position_embeddings": nn.Embedding(positions, width),
                "token_type_embeddings": nn.Embedding(2, width),
                "LayerNorm": nn.LayerNorm(width, eps=1e-12),
            }
        )
        self.encoder = nn.ModuleDict(
            {"layer": nn.ModuleList(BertLayer(width, heads, inner, dropout) for _ in range(layers))}
        )
        self.pooler = nn.ModuleDict({"dense": nn.Linear(width, width)})
        self.width = width

    def forward(self, tokens, mask=None):
        parts = self.embeddings
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        x = (
            parts["word_embeddings"](tokens)
            + parts["position_embeddings"](positions)
            + parts["token_type_embeddings"](torch.zeros_like(tokens))
        )
        x = functional.dropout(parts["LayerNorm"](x), self.dropout, self.training)
        for layer in self.encoder["layer"]:
            x = layer(x, mask)
        return torch.tanh(self.pooler["dense"](x[:, 0]))


class Block(nn.Module):
    """A residual block of torchvision's ResNet; with `expansion` 4 a bottleneck."""

    def __init__(self, channels, width, stride, expansion):
        super().__init__()
        out = width * expansion
        shapes = [(channels, width, 3, stride), (width, out, 3, 1)]
        if expansion > 1:
            shapes = [(channels, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1)]
        self.count = len(shapes)
        for i, (into, to, size, step) in enumerate(shapes, 1):
            convolution = nn.Conv2d(into, to, size, step, padding=size // 2, bias=False)
            self.add_module(f"conv{i}", convolution)
            self.add_module(f"bn{i}", nn.BatchNorm2d(to))
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = self.get_submodule(f"bn{i}")(self.get_submodule(f"conv{i}")(y))
            if i < self.count:
                y = functional.relu(y, inplace=True)
        return functional.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """Gives the mean of the last stage's channels."""

    def __init__(self, depths, expansion):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for stage, depth in enumerate(depths):
            blocks = []
            for i in range(depth):
                stride = 2 if stage > 0 and i == 0 else 1
                blocks.append(Block(channels, 64 << stage, stride, expansion))
                channels = (64 << stage) * expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.width = channels

    def forward(self, pictures):
        x = functional.relu(self.bn1(self.conv1(pictures)), inplace=True)
        x = functional.max_pool2d(x, 3, 2, padding=1)
        for stage in range(1, 5):
            x = self.get_submodule(f"layer{stage}")(x)
        return x.mean([2, 3])


class Classifier(nn.Module):
    def __init__(self, body, labels, dropout=0.0):
        super().__init__()
        self.body, self.head = body, nn.Linear(body.width, labels)
        self.dropout = dropout

    def forward(self, *inputs):
        return self.head(functional.dropout(self.body(*inputs), self.dropout, self.training))


def initialise(network, seed):
    """Weights of a network that has not been trained, drawn from `seed`."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02, generator=generator)
        elif isinstance(module, nn.Conv2d):
            fan_out = module.out_channels * module.kernel_size[0] * module.kernel_size[1]
            nn.init.normal_(module.weight, std=math.sqrt(2 / fan_out), generator=generator)
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)
        # Branches that add little, as in trained networks: with full ones,
        # rounding grows from block to block.
        if isinstance(module, Block):
            nn.init.constant_(module.get_submodule(f"bn{module.count}").weight, 0.2)
    return network
