using System.Globalization;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Model;

[Trait("Category", "Golden")]
public class ClipGoldenTests
{
    public static TheoryData<string> Cases => Fixtures.Cases("clip");

    [Theory, MemberData(nameof(Cases))]
    public void Both_towers_give_the_reference_embeddings(string name)
    {
        using var golden = Fixtures.Load("clip", name);
        using var model = ClipModel.Load(golden.PathOf(golden.Json.GetProperty("checkpoint").GetString()!), TestDevice.Name);
        using var scope = NewDisposeScope();
        var text = model.EncodeTexts(golden.Tensors["in.input_ids"].Here(), golden.Tensors["in.attention_mask"].Here());
        var image = model.EncodeImages(golden.Tensors["in.pixel_values"].Here());
        var (t, i) = (text / text.norm(-1, true), image / image.norm(-1, true));
        golden.AssertClose("out.text_embeds", text);
        golden.AssertClose("out.image_embeds", image);
        golden.AssertClose("out.text_embeds_normalised", t);
        golden.AssertClose("out.image_embeds_normalised", i);
        golden.AssertClose("out.image_pooled", model.Vision.Pooled(golden.Tensors["in.pixel_values"].Here()));
        golden.AssertClose("out.logits_per_image", i.matmul(t.t()).Times(model.LogitScale));
        golden.AssertClose("logit_scale_exp", golden.Json.GetProperty("logit_scale_exp").GetDouble(), model.LogitScale);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_hidden_state_is_the_reference_s_where_the_case_has_them(string name)
    {
        using var golden = Fixtures.Load("clip", name);
        using var model = ClipModel.Load(golden.PathOf(golden.Json.GetProperty("checkpoint").GetString()!), TestDevice.Name);
        using var scope = NewDisposeScope();
        var (ids, mask) = (golden.Tensors["in.input_ids"].Here(), golden.Tensors["in.attention_mask"].Here());
        var rows = model.TokenEmbedding.index_select(0, ids.flatten()).reshape(ids.shape[0], ids.shape[1], -1);
        var text = model.Text.HiddenStates(rows, mask);
        var vision = model.Vision.HiddenStates(golden.Tensors["in.pixel_values"].Here());
        var at = model.EndPositions(ids).reshape(-1, 1, 1).expand(-1, 1, rows.shape[2]);
        golden.AssertClose("out.text_pooled", text[^1].gather(1, at).squeeze(1));
        foreach (var (key, _) in golden.Tensors)
        {
            if (key.StartsWith("out.text_hidden.", StringComparison.Ordinal))
                golden.AssertClose(key, text[int.Parse(key.AsSpan(16), CultureInfo.InvariantCulture)]);
            else if (key.StartsWith("out.vision_hidden.", StringComparison.Ordinal))
                golden.AssertClose(key, vision[int.Parse(key.AsSpan(18), CultureInfo.InvariantCulture)]);
            else if (key is "out.text_last_hidden")
                golden.AssertClose(key, text[^1]);
            else if (key is "out.vision_last_hidden")
                golden.AssertClose(key, vision[^1]);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_saved_checkpoint_gives_the_same_numbers_when_loaded_again(string name)
    {
        using var golden = Fixtures.Load("clip", name);
        using var scope = NewDisposeScope();
        using var temporary = new TemporaryFolder();
        var folder = temporary.Path;
        using var model = ClipModel.Load(golden.PathOf(golden.Json.GetProperty("checkpoint").GetString()!), TestDevice.Name);
        model.Save(folder);
        using var again = ClipModel.Load(folder, TestDevice.Name);
        var (ids, pixels) = (golden.Tensors["in.input_ids"].Here(), golden.Tensors["in.pixel_values"].Here());
        GoldenCase.AssertClose("text", model.EncodeTexts(ids), again.EncodeTexts(ids), 0, 0);
        GoldenCase.AssertClose("image", model.EncodeImages(pixels), again.EncodeImages(pixels), 0, 0);
        Assert.Equal(model.Preprocessing.Mean, again.Preprocessing.Mean);
        Assert.Empty(Directory.GetFiles(folder, "*.tmp"));
        Assert.Equal(Tensors(model.Folder), Tensors(folder)); // what transformers wrote: nothing is missing for it, nothing unexpected
    }

    /// <summary>Names and shapes in a folder, without the buffers that versions before 4.31 stored.</summary>
    private static SortedDictionary<string, string> Tensors(string folder)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.GetFiles(folder, "*.safetensors"))
        {
            using var file = SafetensorsReader.Open(path);
            foreach (var entry in file.Entries.Where(e => !e.Name.EndsWith(".position_ids", StringComparison.Ordinal)))
                found[entry.Name] = string.Join(',', entry.Shape);
        }
        return found;
    }
}
