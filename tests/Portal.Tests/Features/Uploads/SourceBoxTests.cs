using Bunit;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>Where files come from, as the settings have it.</summary>
public sealed class SourceBoxTests : UploadContext
{
    private IReadOnlyList<string>? _open;

    protected override void AddServices(IServiceCollection services)
    {
        base.AddServices(services);
        services.AddSingleton(_ => new ServerFolders(_open ?? [], () => _open is not null));
    }

    [Fact]
    public void Every_folder_or_an_upload_where_all_is_open()
    {
        var box = Box();
        Assert.Equal(["From a folder on the server", "Upload from this computer"], box.FindAll(".seg button").Select(Text));
        Assert.Empty(box.FindAll("code"));
        box.FindAll(".seg button")[1].Click();
        Assert.Single(box.FindAll("input[type=file]"));
    }

    [Fact]
    public void The_open_folders_are_named()
    {
        _open = ["/data/sets", "/mnt/مجلد"];
        var box = Box();
        Assert.Equal(_open, box.FindAll("code").Select(Text));
        Assert.All(box.FindAll("code"), c => Assert.Equal(("ltr", "no"), (c.GetAttribute("dir"), c.GetAttribute("translate"))));
    }

    [Fact]
    public void An_upload_alone_where_none_is_open()
    {
        _open = [];
        var box = Box();
        Assert.Empty(box.FindAll(".seg button"));
        Assert.Contains("Folders of the server are closed here", Text(box.Find("p")), StringComparison.Ordinal);
        Assert.Single(box.FindAll("input[type=file]"));
    }

    private IRenderedComponent<SourceBox> Box()
    {
        IRenderedComponent<SourceBox>? box = null;
        box = Render<SourceBox>(p =>
            p.Add(b => b.Label, "Where")
                .Add(b => b.InputId, "u")
                .Add(b => b.Help, "Packed.")
                .Add(b => b.UploadsChanged, v => box?.Render(q => q.Add(b => b.Uploads, v)))
        );
        if (_open is { Count: 0 })
        {
            box.Render(q => q.Add(b => b.Uploads, true)); // what the form does that is told so
        }
        return box;
    }
}
