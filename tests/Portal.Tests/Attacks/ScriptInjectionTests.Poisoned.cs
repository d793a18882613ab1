using System.Globalization;
using System.Text.Json.Nodes;
using CllClip.Engine.Tests.Data.Corpora;
using CllClip.Portal.Tests.Api;
using CllClip.Portal.Tests.Features.Import;
using CllClip.Portal.Tests.Features.Uploads;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

public sealed partial class ScriptInjectionTests
{
    /// <summary>A portal in which every text is an attack.</summary>
    public sealed class Poisoned : AttackedPortal, IAsyncLifetime
    {
        private readonly TemporaryFolder _corpus = new();

        public string Run { get; private set; } = "";

        public string Other { get; private set; } = "";

        public string? Dataset { get; private set; }

        public async ValueTask InitializeAsync()
        {
            await ReadyAsync();
            Run = await ImportAsync(1, Name, ShortName);
            Other = await ImportAsync(2, Formula, Formula);
            for (var i = 0; i < 2; i++)
            {
                this.AddRun(
                    $"swept-{i}",
                    change: run =>
                        (run.Name, run.SweepId, run.SweepName, run.Tags, run.Notes, run.Seed) = (
                            Name,
                            "poisoned",
                            Name,
                            [.. _tags],
                            Name,
                            i
                        )
                );
            }
            this.Store().Log("swept-0", "info", Name);
            await UploadAsync(Name[..80] + ".zip");
            if (PreparedData.IsThere)
            {
                Dataset = await PrepareAsync();
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _corpus.Dispose();
        }

        /// <summary>A run of a method, source and settings that are attacks, named and labelled through the API.</summary>
        private async Task<string> ImportAsync(int seed, string name, string method)
        {
            var text = Uri.EscapeDataString(name);
            var import = await ApiClient.AskAsync(
                this,
                "POST",
                $"/api/v1/runs/import?method={Uri.EscapeDataString(method)}&otherMethod=true&source={text}&codeVersion={text}&model={text}&name={text}&seed={seed}&url=https%3A%2F%2Fexample.org%2F%22%3E%3Cscript%3Ecanary(18)%3C%2Fscript%3E",
                ImportBench.Csv("en", "fi"),
                "text/csv"
            );
            Assert.True(import.Code == 201, import.Text);
            var edit = new JsonObject
            {
                ["tags"] = new JsonArray([.. _tags.Select(t => JsonValue.Create(t))]),
                ["notes"] = Name + "\n" + Formula,
            };
            var edited = await ApiClient.AskAsync(this, "PATCH", import.Location!, edit.ToJsonString());
            Assert.True(edited.Code == 200, edited.Text);
            return import.Json.GetProperty("id").GetString()!;
        }

        private async Task UploadAsync(string name)
        {
            using var client = Client();
            using var made = await TusClient.BeginAsync(client, name, 1000);
            Assert.True((int)made.StatusCode == 201, await made.Content.ReadAsStringAsync());
        }

        /// <summary>A data set whose name, licence, captions and file names are attacks.</summary>
        private async Task<string> PrepareAsync()
        {
            SmallCorpora.Write("jsonl", _corpus.Path);
            foreach (var file in Directory.EnumerateFiles(_corpus.Path, "*.jsonl"))
            {
                var lines = File.ReadLines(file).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
                foreach (var captions in lines.SelectMany(l => l["captions"]!.AsObject()).Select(c => c.Value!.AsArray()))
                {
                    for (var i = 0; i < captions.Count; i++)
                    {
                        captions[i] = captions[i] + " <script>canary(20)</script><img src=x onerror=canary(21)>";
                    }
                }
                await File.WriteAllLinesAsync(file, lines.Select(l => l.ToJsonString()));
            }
            var asked = new JsonObject
            {
                ["folder"] = _corpus.Path,
                ["id"] = "poisoned",
                ["name"] = Name[..60],
                ["licence"] = "javascript:canary(22)",
            };
            var made = await ApiClient.AskAsync(this, "POST", "/api/v1/datasets", asked.ToJsonString());
            Assert.True(made.Code == 201, made.Text);
            for (var end = DateTime.UtcNow.AddSeconds(90); DateTime.UtcNow < end; await Task.Delay(200))
            {
                var now = (await ApiClient.AskAsync(this, "GET", made.Location!)).Json;
                if (now.GetProperty("state").GetString() is "ready" or "failed")
                {
                    break;
                }
            }
            return "poisoned";
        }
    }
}
