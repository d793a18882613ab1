using CllClip.Portal.Features.Import;

namespace CllClip.Fuzz.Portal;

/// <summary>Files of scores from elsewhere, CSV and JSON: whatever is wrong goes into the list of problems.</summary>
internal sealed class ScoresTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "scores";

    /// <inheritdoc/>
    public long MostAllocated => 256 << 20;

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; } =
    [
        new("csv", PortalSamples.Csv),
        new("json", PortalSamples.Json),
        new("csv", "\uFEFFk,stage,n,recall,language,direction,protocol\r\n1,1,5,\"40.5\",en,t2i,emoji36\r\n"u8.ToArray()),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } = PortalSamples.Words;

    /// <inheritdoc/>
    public string? Read(FuzzInput input)
    {
        var problems = new ImportProblems();
        var file = ScoresFile.Read(input.Bytes, problems);
        if (problems.Count == 0 && file.Rows.Count == 0)
        {
            throw new FuzzFault("there are no scores, and nothing is said to be wrong");
        }
        return problems.Count == 0 ? null : problems.Found[0].Message;
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
