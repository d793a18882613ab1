using System.Globalization;
using CllClip.Portal.Layout.Components;
using Microsoft.AspNetCore.Components.Forms;
using MudBlazor;

namespace CllClip.Portal.Features.Import;

/// <summary>Takes a file of scores, shows what would come of it or what is wrong, and stores it when told to. What was filled in stays.</summary>
public sealed partial class ImportPage
{
    private const string Other = "*";
    private static readonly Dictionary<string, string[]> NoErrors = [];

    private byte[]? _file;
    private string? _fileName;
    private string? _lostFile; // chosen before a reload, which no browser gives again
    private Draft<ImportDraft>? _draft;
    private string? _source;
    private string? _url;
    private string? _codeVersion;
    private string _method = "";
    private string? _otherMethod;
    private string _teir = "";
    private string? _dataset;
    private string? _languages;
    private string? _seed;
    private string _unit = "";
    private string? _name;

    private Dictionary<string, string[]> _errors = NoErrors;
    private IReadOnlyList<ImportProblem> _problems = [];
    private ImportPreview? _preview;
    private ImportSettings? _previewed;
    private string? _problem; // why what was asked for was not done
    private bool _busy;

    private string? Bad(string field) => _errors.ContainsKey(field) ? "true" : null;

    private ImportDraft Kept() =>
        new(_fileName ?? _lostFile, _source, _url, _codeVersion, _method, _otherMethod, _teir, _dataset, _languages, _seed, _unit, _name);

    private void PutBack(ImportDraft? kept)
    {
        if (kept is null)
        {
            return;
        }
        (_source, _url, _codeVersion, _method, _otherMethod) = (
            kept.Source,
            kept.Url,
            kept.CodeVersion,
            kept.Method ?? "",
            kept.OtherMethod
        );
        (_teir, _dataset, _languages, _seed, _unit, _name) = (
            kept.Teir ?? "",
            kept.Dataset,
            kept.Languages,
            kept.Seed,
            kept.Unit ?? "",
            kept.Name
        );
        _lostFile = kept.File;
    }

    private TableFile ProblemTable() =>
        new(["line", "field", "message", "remedy"], _problems.Select(p => (IReadOnlyList<object?>)[p.Line, p.Field, p.Message, p.Remedy]));

    private async Task TakeAsync(InputFileChangeEventArgs change)
    {
        Forget();
        (_file, _fileName) = (null, change.File.Name);
        if (change.File.Size > ScoresFile.LargestFile)
        {
            Show([
                new(
                    null,
                    "file",
                    L["The file is larger than {0} MB.", ScoresFile.LargestFile / (1024 * 1024)],
                    L["Import one run a file."]
                ),
            ]);
            return;
        }
        await ActAsync(
            async () =>
            {
                using var bytes = new MemoryStream();
                await using var stream = change.File.OpenReadStream(ScoresFile.LargestFile);
                await stream.CopyToAsync(bytes);
                _file = bytes.ToArray();
            },
            error => L["The file could not be read: {0}", error]
        );
    }

    private async Task CheckAsync()
    {
        Forget();
        if (_file is not { } file)
        {
            Show([new(null, "file", L["No file is chosen."], L["Choose a CSV or JSON file."])]);
            return;
        }
        if (Settings() is not { } given)
        {
            return;
        }
        await ActAsync(
            async () =>
            {
                var (preview, problems) = await Desk.CheckAsync(file, given);
                (_preview, _previewed) = (preview, given);
                Show(problems);
            },
            error => L["The file could not be checked: {0}", error]
        );
    }

    private async Task ImportAsync()
    {
        if (_file is not { } file || _previewed is not { } given)
        {
            return;
        }
        await ActAsync(
            async () =>
            {
                var result = await Desk.ImportAsync(file, given); // what was looked at, whatever was typed since
                if (result.Run is { } run)
                {
                    Snackbar.Add(L["{0} is imported.", run.Name], Severity.Success);
                    await (_draft?.ForgetAsync() ?? Task.CompletedTask);
                    Navigation.NavigateTo($"/runs/{Uri.EscapeDataString(run.Id)}");
                    return;
                }
                _preview = null;
                Show(result.Problems);
            },
            error => L["The scores could not be imported: {0}", error]
        );
    }

    private ImportSettings? Settings()
    {
        int? seed = null;
        if (Said(_seed) is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                Show([new(null, "seed", L["'{0}' is not a whole number.", text], L["Write 0 or a greater one."])]);
                return null;
            }
            seed = number;
        }
        return new ImportSettings
        {
            Name = Said(_name),
            Method = _method == Other ? Said(_otherMethod) ?? "" : Said(_method),
            OtherMethod = _method == Other ? true : null,
            Teir = bool.TryParse(_teir, out var teir) ? teir : null,
            Dataset = Said(_dataset),
            Languages = Said(_languages)?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Seed = seed,
            Unit = Said(_unit),
            Source = Said(_source),
            Url = Said(_url),
            CodeVersion = Said(_codeVersion),
        };
    }

    private static string? Said(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private void Forget() => (_preview, _previewed, _problems, _errors, _problem) = (null, null, [], NoErrors, null);

    private void Show(IReadOnlyList<ImportProblem> problems) =>
        (_problems, _errors) = (
            problems,
            problems.Where(p => p.Line is null).GroupBy(p => p.Field).ToDictionary(g => g.Key, g => g.Select(p => p.Text).ToArray())
        );

    private async Task ActAsync(Func<Task> act, Func<string, string> refusal)
    {
        (_busy, _problem) = (true, null);
        try
        {
            await act();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = refusal(e.Message);
        }
        finally
        {
            _busy = false;
        }
    }
}
