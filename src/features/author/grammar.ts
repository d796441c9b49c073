// The language on one page, as a model is told it: the same words as the guide's, which a test holds.

export const grammar = `\`\`\`text
input 3x32x32             channels, height, width; left out: as the data are
name my-net               optional
conv 16 k3 s2 norm relu   layers, one after another; a line continues where the one before ended
y = conv 16 k3            a wire: beside the flow, which stays where it is
add(y relu, in)           joins branches; a branch begins with a wire, or at the value at hand, which is "in"
residual(L)               L plus its input where the shapes agree, otherwise L alone
residual(L else M)        L plus its input where the shapes agree, otherwise L plus M
block b c k=3 s=1: L      a block with parameters, k and s with defaults; or L on indented lines below
b 16 k5 s2 x4             calls it: values in order or by name; x4 is four times, and only the first strides
(conv 16 k3 norm) x2      a group
w = 24                    a number with a name; also w*2, w/2, in*6 and in*w (channels of "in"), w/3~8 (to a multiple of 8)
conv w k                  a number alone that is called like a parameter is that parameter: k=k
# comment
\`\`\`

| layers | with |
|---|---|
| \`conv c\` | \`k\` 1, \`s\` 1, \`p\` half of k, \`g\` 1, \`bias\` |
| \`dw\` (depthwise) | \`k\` 3, \`s\` 1, \`p\`, \`bias\` |
| \`norm\` (batch norm), \`layernorm\` | \`eps\`, \`momentum\` |
| \`relu\` \`relu6\` \`hardswish\` \`hardsigmoid\` \`sigmoid\` \`silu\` \`gelu\` | |
| \`maxpool k\`, \`avgpool k\` | \`s\` as k, \`p\` half of k, \`countpad\` |
| \`globalpool\`, \`flatten\`, \`linear c\` | \`bias=0\` |
| \`scale n\`, \`zero c\`, \`shuffle g\`, \`slice from to\`, \`upsample n\`, \`dropout rate\`, \`droppath rate\` | \`zero\`: \`s\` |
| \`add(…)\`, \`mul(…)\`, \`concat(…)\` | \`mul\` takes a gate of one pixel: \`mul(in, globalpool conv in/4 bias relu conv in bias sigmoid)\` |

Half of k is rounded down, of k−1: 1 for a window of 3, 0 for one of 2. A kernel that is not square is \`k3x1\`. \`x\` says how often, for every layer, block, group or join.

\`\`\`text
conv {16|24} k{3|5}       alternatives of numbers; one pair of braces is one decision, wherever and however often it is used
b {16|24} x{1|2|3}        of arguments and repeats
{conv 16 norm|in}         of layers; "in" is nothing at all
w = {16|24}               a shared one: every w is the same
n = {0|1}  …  choose n {relu|silu}    layers chosen by a shared number, from 0
\`\`\`

A text may open out to 5,000 nodes, has at most 256 pairs of braces, and a block may use those above it only.`;
