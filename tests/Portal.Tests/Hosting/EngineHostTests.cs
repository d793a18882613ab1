using CllClip.Engine;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace CllClip.Portal.Tests.Hosting;

public sealed class EngineHostTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_prepared_data_root_becomes_ready_with_data_set_model_and_features()
    {
        Assert.SkipUnless(
            PreparedData.IsThere,
            "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
        );
        using var host = Host(PreparedData.Root, _folder.PreparedDataRoot());
        var seen = new List<PreparationStatus>();
        var told = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.PreparationChanged += () =>
        {
            seen.Add(host.Preparation);
            if (host.Preparation.Ready)
            {
                told.SetResult(host.Ready.IsCompleted);
            }
        };
        await host.StartingAsync(TestContext.Current.CancellationToken);
        Assert.True(await told.Task.WaitAsync(Patience, TestContext.Current.CancellationToken)); // whoever asks the moment he is told is answered

        Assert.True(host.Preparation.Ready);
        Assert.Null(host.Preparation.Error);
        var dataset = Assert.Single(host.Datasets);
        Assert.Equal("emoji36", dataset.Id);
        Assert.Contains("emoji-base", host.ModelIds);
        Assert.Same(host.Model("emoji-base"), host.Model("emoji-base", "cpu"));
        Assert.Same(host.Features(dataset, "emoji-base"), host.Features(dataset, "emoji-base", "cpu"));
        Assert.Equal(dataset.ImageCount * 128, host.Features(dataset, "emoji-base").ImageRows().Length);
        Assert.Equal(seen.Select(s => s.Fraction).Order(), seen.Select(s => s.Fraction));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Missing_packages_and_a_missing_model_are_named_and_trying_again_goes_on()
    {
        var content = Path.Combine(_folder.Path, "content");
        var data = Path.Combine(_folder.Path, "data");
        Directory.CreateDirectory(content);
        using var host = Host(content, data);
        await host.StartingAsync(TestContext.Current.CancellationToken);

        var error = await ErrorAsync(host, "");
        Assert.Contains("npm package @", error, StringComparison.Ordinal);
        Assert.Contains("npm ci", error, StringComparison.Ordinal);
        Assert.Contains(content, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(data, "datasets", "emoji36")));

        Assert.SkipUnless(
            PreparedData.IsThere,
            "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
        );
        PreparedData.LinkInto(data);
        host.Retry();
        error = await ErrorAsync(host, error);
        Assert.Contains("no base model 'emoji-base'", error, StringComparison.Ordinal);

        Directory.CreateSymbolicLink(Path.Combine(content, "models"), Path.Combine(PreparedData.Root, "models"));
        host.Retry();
        await host.Ready.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Null(host.Preparation.Error);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void An_unknown_model_is_named()
    {
        using var host = Host(PreparedData.Root, _folder.Path);
        Assert.Contains("'nothing'", Assert.Throws<EngineException>(() => host.Model("nothing")).Message, StringComparison.Ordinal);
    }

    private static EngineHost Host(string content, string data) => Host(new PortalFolders(content, data));

    private static EngineHost Host(PortalFolders folders) =>
        new(
            folders,
            new BaseModels(folders),
            new PortalOptions { Device = "cpu" },
            new CorpusShelf(folders),
            NullLogger<EngineHost>.Instance
        );

    private static async Task<string> ErrorAsync(EngineHost host, string before)
    {
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; )
        {
            if (host.Preparation.Error is { } error && error != before)
            {
                return error;
            }
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException("No error came.");
    }
}
