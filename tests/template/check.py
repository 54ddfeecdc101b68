"""Translates what the walls made of template.yaml as SAM would on the way to AWS, and reads the result with cfn-lint.

In: {"template": path, "ways": {name: template}, "ignored": […], "fits": [[pattern, value, whether]]}. Out: {"problems": […], "translated": {name: template}}. Nothing is asked of AWS.
What was answered to the same question by the same tools is kept in .local, for a size takes some seconds.
"""

import hashlib
import json
import logging
import os
import pathlib
import re
import sys
from importlib.metadata import version

TOP = pathlib.Path(__file__).parents[2]
os.environ["AWS_DEFAULT_REGION"] = "sa-east-1"


def kept(question, template):
    tools = [version(name) for name in ("cfn-lint", "aws-sam-translator")]
    everything = [question, template, pathlib.Path(__file__).read_text(encoding="utf-8"), *tools]
    return TOP / ".local" / f"template-{hashlib.sha256(json.dumps(everything).encode()).hexdigest()[:16]}.json"


def problems(name, text, ignored):
    from cfnlint.config import ConfigMixIn
    from cfnlint.decode.decode import decode_str
    from cfnlint.runner import Runner

    template, wrong = decode_str(text)
    if template is not None:
        config = ConfigMixIn(regions=["sa-east-1"], ignore_checks=ignored)
        wrong = [*wrong, *Runner(config).validate_template(template)]
    return [f"{name}: {one.rule.id} {'/'.join(map(str, one.path or []))}: {one.message}" for one in wrong]


def check(asked, text):
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # W1030: a certificate that is not there has no ARN; the template's own rule sees to it that one is.
    found, translated = problems("template.yaml", text, ["W1030"]), {}
    # What a parameter lets through; its default cfn-lint looks at.
    found += [f"{value}: not {fits}" for pattern, value, fits in asked["fits"] if bool(re.search(pattern, value)) != fits]
    for name, template in asked["ways"].items():
        # `sam package` puts the code there before AWS reads the template.
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = "s3://bucket/code"
        try:
            translated[name] = Translator({}, Parser()).translate(template, {})
        except InvalidDocumentException as error:
            found += [f"{name}: {cause.message}" for cause in error.causes]
            continue
        found += problems(name, json.dumps(translated[name]), asked["ignored"])
    return json.dumps({"problems": found, "translated": translated})


def main():
    # The translator complains of metrics it would send nobody.
    logging.disable(logging.WARNING)
    question = sys.stdin.read()
    asked = json.loads(question)
    text = pathlib.Path(asked["template"]).read_text(encoding="utf-8")
    file = kept(question, text)
    if not file.exists():
        answer = check(asked, text)
        for old in file.parent.glob("template-*.json"):
            old.unlink()
        file.write_text(answer, encoding="utf-8")
    sys.stdout.write(file.read_text(encoding="utf-8"))


main()
