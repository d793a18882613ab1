using System.Text.Json;
using CllClip.Portal.Api;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Reads the body of <c>PUT /api/v1/storage/rule</c>; what is left out becomes as usual.</summary>
internal sealed class PruneRuleReader : StrictReader
{
    private const string Keep = "keepCopies";
    private static readonly IReadOnlyList<string> Names = [.. PruneKinds.All.Select(PruneKinds.Name), Keep];
    private PruneRule _rule = PruneRule.Usual;

    private PruneRuleReader() { }

    public static async Task<(PruneRule Rule, IReadOnlyDictionary<string, string[]> Errors)> ReadAsync(Stream body, CancellationToken stop)
    {
        var reader = new PruneRuleReader();
        await reader.ParseAsync(body, root => reader.Fields(root, Names, reader.Set), stop);
        return (reader._rule, reader.Errors.Count > 0 ? reader.Errors : reader._rule.Check());
    }

    private void Set(string name, JsonElement value)
    {
        if (name == Keep)
        {
            _rule = _rule with { KeepCopies = Whole(name, value) ?? _rule.KeepCopies };
            return;
        }
        var kind = PruneKinds.All.First(k => PruneKinds.Name(k) == name);
        var given = false;
        Fields(
            value,
            ["on", "days"],
            (field, of) =>
            {
                given = true;
                var part = _rule.Of(kind);
                _rule = _rule.With(
                    kind,
                    field == "on" ? part with { On = Truth($"{name}.on", of) } : part with { Days = Whole($"{name}.days", of) ?? part.Days }
                );
            },
            name + "."
        );
        if (!given && value.ValueKind == JsonValueKind.Object)
        {
            Wrong(name, "Give on, days or both.");
        }
    }
}
