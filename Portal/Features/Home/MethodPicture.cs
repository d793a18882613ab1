using System.Net;
using CllClip.Portal.Localization;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Home;

/// <summary>The picture of the method, inline so that it takes the page's colours.</summary>
public static class MethodPicture
{
    /// <summary>The picture, with its words in the reader's language.</summary>
    public static MarkupString Svg(PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 330" role="img" aria-labelledby="method-title method-desc" class="method-picture" direction="ltr">
            <title id="method-title">{Html(text["How CLL-CLIP learns languages one after another"])}</title>
            <desc id="method-desc">{WebUtility.HtmlEncode(
                text[
                    "Two frozen towers, for images and text. Only the token-embedding table is trained; it grows by new rows with each language. TEIR protects rows that earlier languages use."
                ]
            )}</desc>
            <text x="20" y="26" text-anchor="start" font-size="13" font-weight="400" class="m-quiet">{Html(text["Languages, in turn"])}</text>
            <rect x="20" y="38" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="60" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="en">English</tspan></text>
            <path d="M76 73v8" class="m-arrow"/>
            <rect x="20" y="82" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="104" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="de">Deutsch</tspan></text>
            <path d="M76 117v8" class="m-arrow"/>
            <rect x="20" y="126" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="148" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="ja">日本語</tspan></text>
            <path d="M76 161v8" class="m-arrow"/>
            <rect x="20" y="170" width="112" height="34" rx="8" class="m-lang m-now"/>
            <text x="76" y="192" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="hi">हिन्दी</tspan></text>
            <path d="M76 205v8" class="m-arrow"/>
            <rect x="20" y="214" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="236" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="ar">العربية</tspan></text>
            <path d="M76 249v8" class="m-arrow"/>
            <rect x="20" y="258" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="280" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="fi">Suomi</tspan></text>
            <text x="190" y="26" text-anchor="start" font-size="13" font-weight="600" class="m-accent">{Html(text["Token embeddings: trained, growing"])}</text>
            {Rows()}
            <text x="376" y="84.0" text-anchor="start" font-size="12" font-weight="400" class="m-quiet">{Html(text["base"])}</text>
            <text x="376" y="156.0" text-anchor="start" font-size="12" font-weight="400" class="m-quiet" translate="no">+ de</text>
            <text x="376" y="210.0" text-anchor="start" font-size="12" font-weight="400" class="m-quiet" translate="no">+ ja</text>
            <text x="374" y="264" text-anchor="start" font-size="12" font-weight="400" class="m-quiet" translate="no">+ hi</text>
            <text x="190" y="304" text-anchor="start" font-size="12" font-weight="400" class="m-quiet">{Html(text["TEIR: a row moves the less,"])}</text>
            <text x="190" y="319" text-anchor="start" font-size="12" font-weight="400" class="m-quiet">{Html(text["the more languages use it"])}</text>
            <path d="M136 187h44" class="m-arrow" marker-end="url(#m-head)"/>
            <path d="M420 150h40" class="m-arrow" marker-end="url(#m-head)"/>
            <rect x="466" y="96" width="110" height="108" rx="8" class="m-frozen"/>
            <text x="521" y="140" text-anchor="middle" font-size="14" font-weight="600" class="m-ink">{Html(text["Text tower"])}</text>
            <text x="521" y="160" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{Html(text["frozen"])}</text>
            <rect x="466" y="222" width="110" height="76" rx="8" class="m-frozen"/>
            <text x="521" y="256" text-anchor="middle" font-size="14" font-weight="600" class="m-ink">{Html(text["Image tower"])}</text>
            <text x="521" y="276" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{Html(text["frozen"])}</text>
            <text x="434" y="304" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{Html(text["pictures"])}</text>
            <g class="m-draw" transform="translate(12 -4)"><circle cx="411" cy="262" r="7"/><path d="M411 249v-4M411 279v-4M398 262h-4M428 262h-4M402 253l-3-3M420 271l3 3M402 271l-3 3M420 253l3-3"/><path d="M400 292v-6l6-6 6 6v6zM420 289c5-7 14-7 18 0c-4 6-13 6-18 0l-4-4v8z"/></g>
            <path d="M447 260h13" class="m-arrow" marker-end="url(#m-head)"/>
            <path d="M580 150h34M580 260h20l18-30" class="m-arrow" marker-end="url(#m-head)"/>
            <circle cx="682" cy="182" r="62" class="m-space"/>
            <circle cx="660" cy="165" r="5" class="m-p1"/>
            <circle cx="668" cy="172" r="5" class="m-p2"/>
            <circle cx="700" cy="205" r="5" class="m-p1"/>
            <circle cx="706" cy="197" r="5" class="m-p2"/>
            <circle cx="705" cy="152" r="5" class="m-p1"/>
            <circle cx="712" cy="160" r="5" class="m-p2"/>
            <circle cx="652" cy="205" r="5" class="m-p1"/>
            <circle cx="659" cy="211" r="5" class="m-p2"/>
            <text x="682" y="104" text-anchor="middle" font-size="13" font-weight="600" class="m-ink">{Html(text["One shared space"])}</text>
            <text x="682" y="266" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{Html(text["search, in every"])}</text>
            <text x="682" y="281" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{Html(text["language learned"])}</text>
            <defs><marker id="m-head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0l8 4-8 4z" class="m-headfill"/></marker></defs></svg>
            """
        );
    }

    private static string Html(string words) => WebUtility.HtmlEncode(words);

    // The table: the base model's rows and those of three languages, one tone each.
    private static string Rows()
    {
        (int Top, int Rows)[] parts = [(38, 7), (128, 4), (182, 4), (236, 4)];
        var rows =
            from part in parts.Index()
            from row in Enumerable.Range(0, part.Item.Rows)
            from cell in Enumerable.Range(0, 8)
            select $"<rect x=\"{190 + (22 * cell)}\" y=\"{part.Item.Top + (12 * row)}\" width=\"20\" height=\"10\" rx=\"2\" class=\"m-r{part.Index}\"/>";
        return string.Concat(rows);
    }
}
