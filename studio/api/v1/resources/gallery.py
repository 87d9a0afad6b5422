"""The gallery: templates, what they ask, and workflows made of them; and the kinds of node that there are."""

from studio.api.v1.operations import operation
from studio.api.v1.resources.workflows import workflow_info
from studio.api.v1.shapes import gallery as shapes
from studio.api.v1.shapes.workflows import WorkflowInfo
from studio.builder import catalogue
from studio.core.unit_of_work import UnitOfWork
from studio.gallery import facets, loading, service
from studio.gallery.kept import rows
from studio.gallery.template import Template

TAG = "Gallery"


@operation("GET", "/templates", tag=TAG, needs="gallery.read", query=shapes.TemplateQuery, answer=shapes.Templates)
def list_templates(uow: UnitOfWork, query: shapes.TemplateQuery) -> shapes.Templates:
    """The workspace's own templates, then those of this release."""
    known: list[Template] = [*rows.listed(uow, archived=query.archived)]
    known += [] if query.archived else loading.templates()
    wanted = [query.needs] if query.needs else []
    return shapes.Templates(data=[_line(one) for one in known if facets.fits(one, wanted)])


@operation("GET", "/templates/<slug>", tag=TAG, needs="gallery.read", answer=shapes.TemplateDetail)
def get_template(uow: UnitOfWork, slug: str) -> shapes.TemplateDetail:
    """One template with what it asks, and sample events."""
    found = service.find(uow, slug)
    defaults = service.defaults(found, service.place_of(uow))
    questions = [
        shapes.QuestionView.model_validate(question).model_copy(update={"default": defaults[question.key]})
        for question in found.questions
    ]
    return shapes.TemplateDetail(
        **_line(found).model_dump(),
        questions=questions,
        samples=[shapes.SampleView.model_validate(sample) for sample in found.samples],
    )


@operation("POST", "/templates/<slug>/workflows", tag=TAG, needs="gallery.use", body=shapes.UseTemplate,
           answer=WorkflowInfo, status=201, conflicts=True)  # fmt: skip
def use_template(uow: UnitOfWork, slug: str, body: shapes.UseTemplate) -> WorkflowInfo:
    """Make a workflow of a template. Its draft can be published at once.

    422 with a problem for each answer that will not do; then nothing was made.
    """
    return workflow_info(uow, service.use(uow, slug, body.answers))


def _line(template: Template) -> shapes.TemplateLine:
    line = shapes.TemplateLine.model_validate(template)
    return line.model_copy(update={"facets": sorted(facets.facets(template))})


@operation("GET", "/node-types", tag="Node types", needs="workflow.read", answer=shapes.NodeTypes)
def list_node_types(_uow: UnitOfWork) -> shapes.NodeTypes:
    """Every kind of node that a document may name, with the schema of its set-up."""
    return shapes.NodeTypes(data=[shapes.NodeTypeInfo.model_validate(one) for one in catalogue.node_types()])
