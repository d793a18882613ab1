using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>Uploads that nobody goes on with are removed in their time, those in use are not.</summary>
public sealed class UploadExpiryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 8, 0, 0, TimeSpan.Zero));
    private readonly PortalFolders _folders;
    private readonly CorpusShelf _corpora;

    public UploadExpiryTests()
    {
        _folders = new PortalFolders(_folder.Path, "data");
        _corpora = new CorpusShelf(_folders);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_that_is_left_alone_goes_after_a_day_and_one_that_grew_meanwhile_stays()
    {
        var shelf = Shelf();
        var (left, grown) = (Create(shelf), Create(shelf));
        using var worker = new UploadWorker(shelf, _time, NullLogger<UploadWorker>.Instance);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromHours(13));
        var item = shelf.Item(grown)!;
        Assert.True(item.TryTake());
        Assert.Null(await UploadWriter.AppendAsync(item, new MemoryStream(new byte[4]), TestContext.Current.CancellationToken));
        shelf.Touch(item);
        item.Release();
        Assert.Equal(_time.GetUtcNow().UtcDateTime.AddHours(24), shelf.Find(grown)!.ExpiresAt);
        _time.Advance(TimeSpan.FromHours(12));
        await UntilAsync(() => shelf.Find(left) is null);
        Assert.False(Directory.Exists(Path.Combine(_folders.Uploads, left)));
        Assert.Equal(4, shelf.Find(grown)!.Offset);
        _time.Advance(TimeSpan.FromHours(13));
        await UntilAsync(() => shelf.All.Count == 0);
        await worker.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_expired_while_the_portal_was_off_goes_at_its_start()
    {
        var id = Create(Shelf());
        _time.Advance(TimeSpan.FromHours(25));
        var later = Shelf();
        Assert.NotNull(later.Find(id));
        using var worker = new UploadWorker(later, _time, NullLogger<UploadWorker>.Instance);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => later.Find(id) is null);
        await worker.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void One_that_a_data_set_uses_stays_and_cannot_be_removed()
    {
        var shelf = Shelf();
        var id = Create(shelf);
        _corpora.Save(
            new CorpusEntry
            {
                Registration = new()
                {
                    Id = "mine",
                    Name = "Mine",
                    Kind = "jsonl",
                    Folder = "/nowhere",
                },
                Upload = id,
            }
        );
        _time.Advance(TimeSpan.FromDays(400));
        Assert.Empty(shelf.Sweep());
        Assert.Equal(("data set mine", (DateTime?)null), (shelf.Find(id)!.UsedBy, shelf.Find(id)!.ExpiresAt));
        Assert.Contains("data set mine", shelf.Remove(id), StringComparison.Ordinal);
        _corpora.Remove("mine");
        Assert.Null(shelf.Remove(id));
        Assert.Empty(shelf.All);
    }

    private UploadShelf Shelf() => new(_folders, new UploadOptions(), _corpora, new BaseModels(_folders), _time);

    private static string Create(UploadShelf shelf) => shelf.Create("a.zip", 10, "", out _)!.Id;

    private async Task UntilAsync(Func<bool> good)
    {
        for (var i = 0; i < 400 && !good(); i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1)); // the timer may begin only now
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
        Assert.True(good());
    }
}
