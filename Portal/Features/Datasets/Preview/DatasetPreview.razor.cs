using System.Globalization;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Shared.Languages;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Datasets.Preview;

/// <summary>Images of a split with their captions in one language, page by page.</summary>
public sealed partial class DatasetPreview
{
    private const int PerPage = 24;
    private const int MostCaptions = 8; // of one image
    private PreviewPage? _page;
    private string _language = "";
    private string? _asked; // address of what is loaded, or about to be
    private string? _error;
    private int _number = 1;

    [Inject]
    private PreviewShelf Shelf { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <summary>A prepared data set.</summary>
    [Parameter, EditorRequired]
    public ICaptionedDataset Dataset { get; set; } = default!;

    /// <summary>Split shown; the first that has captions where it is none.</summary>
    [Parameter]
    public string? Split { get; set; }

    /// <summary>Language shown; the data set's first where it has no such.</summary>
    [Parameter]
    public string? Language { get; set; }

    /// <summary>Page shown, from 1, as it stands in the address.</summary>
    [Parameter]
    public string? Number { get; set; }

    private IReadOnlyList<(string, string)> Splits => [("train", L["Training"]), ("val", L["Validation"]), ("test", L["Test"])];

    private int Pages => Math.Max(1, ((_page?.Total ?? 0) + PerPage - 1) / PerPage);

    private string Direction => LanguageCatalog.Describe(_language).Direction;

    // In the language that CLIP knows, where the data set has it.
    private string FirstShown =>
        Dataset.Languages.Contains(LanguageCatalog.PaperOrder[0]) ? LanguageCatalog.PaperOrder[0] : Dataset.Languages[0];

    protected override async Task OnParametersSetAsync()
    {
        var language = Language is { } wanted && Dataset.Languages.Contains(wanted) ? wanted : FirstShown;
        var number = int.TryParse(Number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : 1;
        var asked = Address(Split, language, number);
        if (asked == _asked)
        {
            return;
        }
        (_asked, _language, _number, _error) = (asked, language, number, null);
        try
        {
            var page = await Task.Run(() => Load(SplitNames.Find(Split), language, number));
            if (asked == _asked)
            {
                _page = page;
                _number = Math.Min(number, Pages);
            }
        }
        catch (EngineException error)
        {
            _error = error.Message;
        }
    }

    private string Name(string language) =>
        LanguageCatalog.Find(language) is { } known ? $"{known.NativeName} ({L[known.Name]})" : language;

    /// <summary>The page, or the last one where there are not so many.</summary>
    private PreviewPage Load(Engine.Data.Corpora.CorpusSplit? split, string language, int number)
    {
        var page = Shelf.Page(Dataset, language, split, (int)Math.Min(int.MaxValue, (number - 1L) * PerPage), PerPage);
        return page is { Images.Count: 0, Total: > 0 }
            ? Shelf.Page(Dataset, language, SplitNames.Find(page.Split), (page.Total - 1) / PerPage * PerPage, PerPage)
            : page;
    }

    private void Go(string? split, string language, int number) => Navigation.NavigateTo(Address(split, language, number));

    private string Address(string? split, string language, int number)
    {
        var page = number == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"&page={number}");
        return $"/datasets/{Uri.EscapeDataString(Dataset.Id)}?split={split}&language={Uri.EscapeDataString(language)}{page}";
    }
}
