using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace CllClip.Portal.Tests.Hosting;

/// <summary>Starts the program itself: what it says and how it ends when it cannot start, and how soon it is ready when it can.</summary>
public sealed class StartupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_data_root_that_cannot_be_written_is_named_with_the_remedy()
    {
        var file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, "in the way", TestContext.Current.CancellationToken);
        var root = Path.Combine(file, "data");

        using var portal = PortalProcess.Portal(root);

        Assert.Equal(1, await portal.EndAsync());
        AssertPlain(portal, root, "cannot be written", "--CllClip:DataRoot=");
        Assert.Equal("in the way", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_second_portal_on_the_same_data_root_names_the_first()
    {
        var root = _folder.PreparedDataRoot();
        using var first = PortalProcess.Portal(root);
        var address = await first.AddressAsync();

        using var second = PortalProcess.Portal(root);

        Assert.Equal(1, await second.EndAsync());
        AssertPlain(second, root, address.ToString().TrimEnd('/'), "--CllClip:DataRoot=");
    }

    [Fact]
    public async Task A_data_root_is_free_again_after_a_kill()
    {
        var root = _folder.PreparedDataRoot();
        using (var first = PortalProcess.Portal(root))
        {
            await first.AddressAsync();
            first.Kill();
        }
        using var second = PortalProcess.Portal(root);
        await second.AddressAsync();
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_the_remedy()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        using var portal = PortalProcess.Portal(_folder.PreparedDataRoot(), "--urls", url);

        Assert.Equal(1, await portal.EndAsync());
        AssertPlain(portal, url, "in use", "--urls");
    }

    [Fact]
    public async Task A_damaged_database_is_named_and_left_as_it_is()
    {
        var root = _folder.PreparedDataRoot();
        var file = Path.Combine(root, "portal.db");
        var rubbish = string.Concat(Enumerable.Repeat("this is no database. ", 1000));
        await File.WriteAllTextAsync(file, rubbish, TestContext.Current.CancellationToken);

        using var portal = PortalProcess.Portal(root);

        Assert.Equal(1, await portal.EndAsync());
        AssertPlain(portal, file, "damaged", "restore FILE --CllClip:DataRoot=");
        Assert.Equal(rubbish, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--CllClip:Device=gpu", "CllClip:Device")]
    [InlineData("--CllClip:Jobs:Store=postgresql", "CllClip:Jobs:Store")]
    [InlineData("--ConnectionStrings:Portal=nonsense", "ConnectionStrings:Portal")]
    public async Task A_wrong_setting_is_named(string setting, string name)
    {
        using var portal = PortalProcess.Portal(Path.Combine(_folder.Path, "data"), setting);

        Assert.Equal(1, await portal.EndAsync());
        AssertPlain(portal, name);
    }

    [Fact]
    public async Task A_start_on_a_prepared_data_root_costs_no_more_than_a_start()
    {
        Assert.SkipUnless(
            PreparedData.IsThere,
            "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
        );
        var root = _folder.PreparedDataRoot();
        using (var first = PortalProcess.Portal(root))
        {
            await ReadyAsync(await first.AddressAsync()); // database made, shipped runs stored, features cached
            first.Interrupt();
            Assert.Equal(0, await first.EndAsync());
        }
        var prepared = new[] { "datasets/emoji36", "features" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder)))
            .ToDictionary(file => file, File.GetLastWriteTimeUtc);
        var watch = Stopwatch.StartNew();
        using var second = PortalProcess.Portal(root);
        await ReadyAsync(await second.AddressAsync());
        var (seconds, processor) = (watch.Elapsed.TotalSeconds, second.ProcessorTime.TotalSeconds);
        TestContext.Current.SendDiagnosticMessage($"Ready in {seconds:F1} s, of which {processor:F1} s on a processor.");

        // Eight seconds are promised on two free cores. These are shared with other tests, so the processor's seconds are counted: 6 are usual,
        // more where others crowd the caches; and nothing is made anew.
        Assert.InRange(processor, 0, 16);
        Assert.NotEmpty(prepared);
        Assert.All(prepared, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
    }

    /// <summary>Ready is when the page says no more that something is being prepared.</summary>
    private static async Task ReadyAsync(Uri address)
    {
        using var client = new HttpClient { BaseAddress = address };
        for (var end = DateTime.UtcNow.AddSeconds(90); DateTime.UtcNow < end; )
        {
            var page = await client.GetStringAsync("/", TestContext.Current.CancellationToken);
            if (!page.Contains("class=\"preparation", StringComparison.Ordinal))
            {
                return;
            }
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        Assert.Fail("The portal did not become ready.");
    }

    private static void AssertPlain(PortalProcess portal, params string[] words)
    {
        Assert.All(words, word => Assert.Contains(word, portal.Errors, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", portal.Output + portal.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", portal.Output + portal.Errors, StringComparison.Ordinal);
    }
}
