using CllClip.Portal.Access;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Xunit;

namespace CllClip.Portal.Tests.Access;

/// <summary>Who may reach the portal is known once the server has said all its addresses; until then it is guarded.</summary>
public sealed class BindingTests
{
    [Fact]
    public void An_address_that_comes_late_is_not_overlooked()
    {
        var binding = new Late { Addresses = ["http://127.0.0.1:5080"] };
        var gate = Gate(binding);
        Assert.True(gate.TokenNeeded); // more may come
        binding.Addresses = ["http://127.0.0.1:5080", "http://0.0.0.0:5081"];
        binding.Complete = true;
        Assert.False(gate.Loopback);
        Assert.True(gate.TokenNeeded);
        Assert.Equal(Role.Viewer, gate.Unproven("").Role);
    }

    [Fact]
    public void Loopback_alone_is_open_once_it_is_sure()
    {
        var binding = new Late { Addresses = ["http://127.0.0.1:5080", "http://[::1]:5080"] };
        var gate = Gate(binding);
        Assert.NotEqual(Role.Admin, gate.Unproven("").Role);
        binding.Complete = true;
        Assert.True(gate.Loopback);
        Assert.Equal(Role.Admin, gate.Unproven("").Role);
    }

    [Fact]
    public void No_address_is_no_loopback() => Assert.True(Gate(new Late { Complete = true }).TokenNeeded);

    private static AccessGate Gate(IServerBinding binding) =>
        new(Options.Create(new AccessOptions()), binding, new EphemeralDataProtectionProvider());

    private sealed class Late : IServerBinding
    {
        public IReadOnlyCollection<string> Addresses { get; set; } = [];

        public bool Complete { get; set; }
    }
}
