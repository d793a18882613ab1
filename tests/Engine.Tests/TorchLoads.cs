using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests;

public class TorchLoads
{
    [Fact]
    public void A_tensor_can_be_made() => Assert.Equal(3f, torch.ones(3).sum().item<float>());
}
