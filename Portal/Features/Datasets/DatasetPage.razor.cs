using CllClip.Engine.Data;
using CllClip.Portal.Features.Datasets.Preview;
using CllClip.Portal.Hosting;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Datasets;

/// <summary>One data set: its images with captions, and statistics of these.</summary>
public sealed partial class DatasetPage : IDisposable
{
    private DatasetResponse? _shown;
    private ICaptionedDataset? _dataset;
    private IDisposable? _watch;

    [Inject]
    private DatasetDesk Desk { get; set; } = default!;

    [Inject]
    private IEngineHost Engine { get; set; } = default!;

    [Inject]
    private PreviewShelf Shelf { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <summary>Id of the data set.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    /// <summary>Split shown: <c>train</c>, <c>val</c> or <c>test</c>.</summary>
    [SupplyParameterFromQuery(Name = "split")]
    public string? Split { get; set; }

    /// <summary>Language of the captions shown.</summary>
    [SupplyParameterFromQuery(Name = "language")]
    public string? Language { get; set; }

    /// <summary>Page shown, from 1.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public string? Number { get; set; }

    public void Dispose()
    {
        _watch?.Dispose();
        Engine.PreparationChanged -= Changed;
    }

    protected override void OnInitialized()
    {
        _watch = Desk.Watch(Changed);
        Engine.PreparationChanged += Changed;
    }

    protected override void OnParametersSet()
    {
        Read();
        if (_shown is null && !RendererInfo.IsInteractive)
        {
            Navigation.NotFound(); // a browser that asks for the address gets 404; one that comes by a link is told on the page
        }
    }

    private void Changed() =>
        _ = InvokeAsync(() =>
        {
            Read();
            StateHasChanged();
        });

    private void Read()
    {
        _shown = Desk.Find(Id);
        _dataset = Shelf.Find(Id);
    }
}
