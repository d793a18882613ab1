using System.Net;
using CllClip.Portal.Features.Webhooks;
using Xunit;

namespace CllClip.Portal.Tests.Features.Webhooks;

/// <summary>Where webhooks may go, and when they are tried again.</summary>
public sealed class WebhookRulesTests
{
    [Theory]
    [InlineData("127.0.0.1", false, false, false)]
    [InlineData("127.8.9.1", true, false, true)]
    [InlineData("::1", false, true, false)]
    [InlineData("::1", true, false, true)]
    [InlineData("::ffff:127.0.0.1", false, true, false)]
    [InlineData("10.1.2.3", true, false, false)]
    [InlineData("10.1.2.3", false, true, true)]
    [InlineData("172.31.0.1", false, false, false)]
    [InlineData("172.32.0.1", false, false, true)]
    [InlineData("192.168.1.1", false, false, false)]
    [InlineData("::ffff:192.168.1.1", false, false, false)]
    [InlineData("64:ff9b::c0a8:101", false, false, false)]
    [InlineData("2002:c0a8:101::1", false, false, false)]
    [InlineData("::192.168.1.1", false, false, false)]
    [InlineData("100.64.0.1", false, false, false)]
    [InlineData("fd00::1", false, false, false)]
    [InlineData("fd00::1", false, true, true)]
    [InlineData("169.254.169.254", true, true, false)]
    [InlineData("fe80::1", true, true, false)]
    [InlineData("0.0.0.0", true, true, false)]
    [InlineData("::", true, true, false)]
    [InlineData("224.0.0.1", true, true, false)]
    [InlineData("255.255.255.255", true, true, false)]
    [InlineData("93.184.216.34", false, false, true)]
    [InlineData("2606:4700::1111", false, false, true)]
    public void Addresses_that_only_the_portals_machine_reaches_are_refused(string address, bool loopback, bool networks, bool allowed)
    {
        var options = new WebhookDeliveryOptions { AllowLoopback = loopback, AllowPrivateNetworks = networks };
        Assert.Equal(allowed, TargetNetworks.Refusal(IPAddress.Parse(address), options) is null);
    }

    [Fact]
    public void Waits_grow_and_are_bounded()
    {
        var options = new WebhookDeliveryOptions();
        Assert.Equal([10, 40, 160, 640], Enumerable.Range(1, 4).Select(n => options.WaitAfter(n).TotalSeconds));
        Assert.Equal(TimeSpan.FromHours(6), options.WaitAfter(20));
    }
}
