using System.Text.Json.Nodes;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Tests.Features.Models;

/// <summary>Copies of the embedded model's folder, to be registered or broken.</summary>
internal static class ModelFolder
{
    /// <summary>Copies it; gives the folder.</summary>
    public static string Copy(string into, string name = "My CLIP")
    {
        var folder = Directory.CreateDirectory(Path.Combine(into, name)).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(PortalFolders.FindContentRoot(), "models", "emoji-base")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
        return folder;
    }

    /// <summary>The same model with other weights of the same size.</summary>
    public static void ChangeWeights(string folder)
    {
        var path = Path.Combine(folder, "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^4] ^= 1; // the last number's lowest bit
        File.WriteAllBytes(path, bytes);
    }

    public static void ChangeConfig(string folder, Action<JsonNode> change)
    {
        var path = Path.Combine(folder, "config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }
}
