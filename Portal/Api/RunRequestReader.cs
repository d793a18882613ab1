using System.Text.Json;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Api;

/// <summary>Reads a run: the body of <c>POST /api/v1/runs</c>, and what the runs of a sweep have in common.</summary>
internal class RunRequestReader : StrictReader
{
    /// <summary>Fields of a run that is asked for, by their names in the API.</summary>
    internal static readonly string[] Names =
    [
        "method",
        "teir",
        "dataset",
        "testSets",
        "model",
        "languages",
        "epochs",
        "seed",
        "device",
        "options",
        "name",
        "tags",
    ];

    protected RunRequestReader() { }

    /// <summary>The request as far as it can be read, and what is wrong with its form.</summary>
    public static async Task<(RunRequest Request, IReadOnlyDictionary<string, string[]> Errors)> ReadAsync(
        Stream body,
        CancellationToken stop
    )
    {
        var reader = new RunRequestReader();
        var request = new RunRequest();
        await reader.ParseAsync(body, root => request = reader.Run(root), stop);
        return (request, reader.Errors);
    }

    /// <summary>A run as far as it can be read.</summary>
    /// <param name="root">Its object.</param>
    /// <param name="prefix">What stands before the fields' names in messages, with its dot.</param>
    protected RunRequest Run(JsonElement root, string prefix = "")
    {
        var request = new RunRequest();
        Fields(root, Names, (name, value) => request = Set(request, name, prefix + name, value), prefix);
        return request;
    }

    private RunRequest Set(RunRequest request, string name, string field, JsonElement value) =>
        name switch
        {
            "method" => request with { Method = Text(field, value) },
            "teir" => request with { Teir = Truth(field, value) },
            "dataset" => request with { Dataset = Text(field, value) },
            "testSets" => request with { TestSets = Texts(field, value) },
            "model" => request with { Model = Text(field, value) },
            "languages" => request with { Languages = Texts(field, value) },
            "epochs" => request with { Epochs = Whole(field, value) },
            "seed" => request with { Seed = Whole(field, value) },
            "device" => request with { Device = Text(field, value) },
            "options" => request with { Options = Values(field, value) },
            "name" => request with { Name = Text(field, value) },
            _ => request with { Tags = Texts(field, value) },
        };
}
