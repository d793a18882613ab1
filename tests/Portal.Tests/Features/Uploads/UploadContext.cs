using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>Components that take files, with real uploads on the disk and no script behind them.</summary>
public abstract class UploadContext : PageContext
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>What was uploaded.</summary>
    protected UploadShelf Shelf { get; private set; } = null!;

    protected override void AddServices(IServiceCollection services)
    {
        var folders = new PortalFolders(_folder.Path, "data");
        Shelf = new UploadShelf(folders, new UploadOptions(), new CorpusShelf(folders), new BaseModels(folders), TimeProvider.System);
        services.AddSingleton(Shelf);
        services.AddScoped<UploadDesk>();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _folder.Dispose();
    }
}
